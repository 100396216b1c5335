// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import com.google.common.hash.Hashing;
import dev.millrace.connect.ConnectionSpec;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * A run's hold on a job: no other run has it at the same time. A session of the target keeps a lock
 * as long as this is open; it frees itself when the run is killed.
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

  private static final String HOLDER =
      """
      SELECT format(' (pid %s, %s, since %s)', a.pid,
                    coalesce('from ' || host(a.client_addr), 'on this machine'),
                    date_trunc('second', a.backend_start))
      FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = ?
      """;

  private final ConnectionSpec spec;
  private final String job;
  private final Connection holder;
  private JobRecord record = JobRecord.NEW;
  private List<SplitRecord> splits = List.of();

  private LedgerJob(ConnectionSpec spec, String job, Connection holder) {
    this.spec = spec;
    this.job = job;
    this.holder = holder;
  }

  /**
   * Takes hold of a job, which need not exist yet, and creates the ledger where there is none.
   *
   * @param target the database that is written to
   * @throws JobActiveException when another run has it
   * @throws SQLException when the server does not answer or refuses
   */
  public static LedgerJob open(ConnectionSpec target, String job) throws SQLException {
    Connection holder = target.connect("ledger " + job);
    try {
      holder.setAutoCommit(false);
      try (Statement statement = holder.createStatement()) {
        statement.execute(SESSION);
      }
      LedgerTables.create(holder);
      holder.commit();
      lock(holder, job);
      forgetOldSplits(holder);
      holder.commit();
      // A session that is to hold a lock must not hold back the horizon of vacuum as well.
      holder.setAutoCommit(true);
      return new LedgerJob(target, job, holder);
    } catch (SQLException | RuntimeException failure) {
      holder.close();
      throw failure;
    }
  }

  /** A lock is to go with its run, also when the run's machine goes, and not before. */
  private static final String SESSION =
      """
      SELECT set_config(name, value, false)
      FROM pg_settings JOIN (VALUES ('idle_session_timeout', '0'), ('tcp_keepalives_idle', '30'),
        ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')) AS wanted (name, value)
      USING (name)
      """;

  private static void lock(Connection holder, String job) throws SQLException {
    long key =
        Hashing.sipHash24().hashString("millrace job " + job, StandardCharsets.UTF_8).asLong();
    try (PreparedStatement statement = holder.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      statement.setLong(1, key);
      try (ResultSet got = statement.executeQuery()) {
        got.next();
        if (!got.getBoolean(1)) {
          throw new JobActiveException(
              "Cannot run job "
                  + job
                  + ": run "
                  + JobRecord.find(holder, job).map(JobRecord::run).orElse("another")
                  + holder(holder, key)
                  + " is at it; wait for its end, or stop it");
        }
      }
    }
  }

  private static String holder(Connection connection, long key) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
      statement.setLong(1, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  private static void forgetOldSplits(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "DELETE FROM millrace.split s USING millrace.job j"
              + " WHERE j.job = s.job AND j.done_at < now() - interval '"
              + KEPT.toDays()
              + " days'");
    }
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
    holder.setAutoCommit(false);
    JobRecord found = JobRecord.find(holder, job).orElse(JobRecord.NEW);
    if (found.attempts() > 0 && !found.definition().equals(definition)) {
      throw new IllegalArgumentException(
          "Invalid job: "
              + job
              + ", which was begun as \""
              + found.definition()
              + "\" and not as \""
              + definition
              + "\" (must be the same to go on; name another with --job, or forget it with"
              + " millrace state --reset)");
    }
    if (found.attempts() == 0) {
      JobRecord.insert(holder, job, definition, run, runner);
      SplitRecord.insert(holder, job, ALL, cuts.cut());
    } else if (!found.isDone()) {
      JobRecord.nextAttempt(holder, job, run, runner);
    }
    record = JobRecord.find(holder, job).orElseThrow();
    splits = SplitRecord.list(holder, job);
    holder.commit();
    holder.setAutoCommit(true);
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
      List<SplitRecord> now = SplitRecord.list(connection, job);
      List<SplitRecord> missing = now.stream().filter(each -> !each.isDone()).toList();
      if (now.isEmpty() || !missing.isEmpty()) {
        throw new IllegalStateException(
            "Cannot finish job "
                + job
                + ": the target does not have all of "
                + (now.isEmpty() ? "it" : "split " + describe(missing.get(0)))
                + (missing.size() > 1 ? ", nor of " + (missing.size() - 1) + " others" : "")
                + "; run it again to go on");
      }
      long rows = now.stream().mapToLong(SplitRecord::rows).sum();
      JobRecord.done(connection, job, rows);
      connection.commit();
      return rows;
    }
  }

  private static String describe(SplitRecord split) {
    return "%d %s, but %s".formatted(split.split(), split.range(), split.covered());
  }

  /** Lets the job go. */
  @Override
  public void close() throws SQLException {
    holder.close();
  }
}
