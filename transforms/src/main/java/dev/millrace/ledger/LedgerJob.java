// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * A run's hold on the copy of a whole table: no other run has it at the same time.
 *
 * <p>Not safe for use by several threads.
 */
public final class LedgerJob implements AutoCloseable {

  /** The window of a copy of all rows. */
  public static final String ALL = "all";

  /** How long the parts of a job that is done are kept; that it is done is kept for good. */
  public static final Duration KEPT = Duration.ofDays(30);

  /** Cuts a read into splits, when a job begins. */
  @FunctionalInterface
  public interface Cuts {
    List<Interval> cut() throws SQLException;
  }

  private final ConnectionSpec spec;
  private final String job;
  private final JobHold hold;
  private JobRecord record = JobRecord.NEW;
  private List<SplitRecord> splits = List.of();

  private LedgerJob(ConnectionSpec spec, String job, JobHold hold) {
    this.spec = spec;
    this.job = job;
    this.hold = hold;
  }

  /**
   * Takes hold of a job, which need not exist yet, and creates the ledger where there is none.
   *
   * @param target the database that is written to
   * @throws JobActiveException when another run has it
   * @throws SQLException when the server does not answer or refuses
   */
  public static LedgerJob open(ConnectionSpec target, String job) throws SQLException {
    return new LedgerJob(target, job, JobHold.open(target, job));
  }

  /**
   * Begins an attempt. The first cuts the splits; they are kept, whatever becomes of the table, so
   * that positions mean the same to every attempt.
   *
   * @param definition what is copied, in words that are the same for every attempt
   * @param run the run's identity, told to who wants to run the same job
   * @param runner where it runs
   * @throws IllegalArgumentException when the job was begun with another definition
   */
  public void begin(String definition, String run, String runner, Cuts cuts) throws SQLException {
    hold.transact(
        holder -> {
          JobRecord found = JobRecord.begin(holder, job, definition, run, runner);
          if (found.attempts() == 1 && !found.isDone()) {
            SplitRecord.insert(holder, job, ALL, cuts.cut());
          }
          record = found;
          splits = SplitRecord.list(holder, job);
          return found;
        });
  }

  /** What workers need. */
  public Ledger ledger(KeyOrder order) {
    return new Ledger(spec, job, ALL, order);
  }

  public String name() {
    return job;
  }

  /** How many runs began, this one included. */
  public int attempts() {
    return record.attempts();
  }

  /** Whether an earlier run ended it. */
  public boolean wasDone() {
    return record.isDone();
  }

  /** All splits as they were when this attempt began; none when it was done long ago. */
  public List<SplitRecord> splits() {
    return splits;
  }

  /** Rows that earlier attempts wrote. */
  public long rowsBefore() {
    return record.isDone() ? record.rows() : splits.stream().mapToLong(SplitRecord::rows).sum();
  }

  /**
   * Asks the target whether every split is covered, and enters the job as done.
   *
   * @return the rows that all attempts wrote
   * @throws IllegalStateException when positions are missing, naming the first split
   */
  public long finish() throws SQLException {
    if (record.isDone()) {
      return record.rows();
    }
    // On a connection of its own: the lock's may have been cut since, which does no harm.
    try (Connection connection = spec.connect("ledger " + job)) {
      connection.setAutoCommit(false);
      long rows = SplitRecord.requireDone(connection, job);
      JobRecord.done(connection, job, rows);
      connection.commit();
      return rows;
    }
  }

  /** Lets the job go. */
  @Override
  public void close() throws SQLException {
    hold.close();
  }
}
