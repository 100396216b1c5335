// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.horizon.Recount;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A run's hold on a copy that goes on for ever: window by window of a cursor, each the rows between
 * the end of the one before and a bound below which no row can appear any more. The cursor stands
 * where the last window ended that the target has all of.
 *
 * <p>A window is cut into splits when it is begun, and kept until the target has all of them, so
 * that a run that is killed is gone on with. A window that is followed has no end; its last split
 * takes in what comes.
 *
 * <p>Not safe for use by several threads.
 */
public final class CursorJob implements AutoCloseable {

  /** How many windows are kept for people to look at, beside the first. */
  static final int KEPT = 1000;

  private static final String FORGET =
      "DELETE FROM millrace.window WHERE job = ? AND number > 1 AND number <= ?";

  private final ConnectionSpec spec;
  private final String job;
  private final JobHold hold;
  private JobRecord record = JobRecord.NEW;
  private List<WindowRecord> windows = List.of();
  private List<SplitRecord> splits = List.of();
  private List<RecountRecord> recounts = List.of();

  private CursorJob(ConnectionSpec spec, String job, JobHold hold) {
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
  public static CursorJob open(ConnectionSpec target, String job) throws SQLException {
    return new CursorJob(target, job, JobHold.open(target, job));
  }

  /**
   * Begins an attempt.
   *
   * @param definition what is copied, in words that are the same for every attempt
   * @param run the run's identity, told to who wants to run the same job
   * @param runner where it runs
   * @throws IllegalArgumentException when the job was begun with another definition
   */
  public void begin(String definition, String run, String runner) throws SQLException {
    hold.transact(
        holder -> {
          record = JobRecord.begin(holder, job, definition, run, runner);
          return record;
        });
    look();
  }

  private void look() throws SQLException {
    hold.transact(
        holder -> {
          windows = WindowRecord.list(holder, job);
          splits = SplitRecord.list(holder, job);
          recounts = RecountRecord.list(holder, job);
          return windows;
        });
  }

  public String name() {
    return job;
  }

  /** How many runs began, this one included. */
  public int attempts() {
    return record.attempts();
  }

  /** The window that was begun and not ended, by this run or by one before it. */
  public Optional<WindowRecord> window() {
    return last().filter(window -> !window.isDone());
  }

  /** The splits of the window that was begun, as they were when it was last looked at. */
  public List<SplitRecord> splits() {
    return splits;
  }

  /** Where the next window begins, or the one that was begun; empty for the first row. */
  public Optional<Position> cursor() {
    return last().flatMap(WindowRecord::cursor);
  }

  /** What must be known to close the next window. */
  public String memory() {
    return last().map(WindowRecord::memory).orElse("");
  }

  /** The windows that are still known, in order. */
  public List<WindowRecord> windows() {
    return windows;
  }

  /** The first window, if the target has all of it: the copy of all there was then. */
  public Optional<WindowRecord> first() {
    return windows.stream().findFirst().filter(WindowRecord::isDone);
  }

  /** What the source showed when the last window was read that the target has all of. */
  public Optional<RecountRecord> recount() {
    return recounts.isEmpty() ? Optional.empty() : Optional.of(recounts.get(recounts.size() - 1));
  }

  /** The recounts of all windows that are still known, in order. */
  public List<RecountRecord> recounts() {
    return recounts;
  }

  /** Remembers what the source shows of the last window. */
  public void seen(Recount.Seen seen) throws SQLException {
    long number = last().orElseThrow().number();
    hold.transact(
        holder -> {
          RecountRecord.seen(holder, job, number, seen);
          recounts = RecountRecord.list(holder, job);
          return seen;
        });
  }

  /** Adds what came later than was seen of a window to what did before. */
  public void found(long number, Recount.Found found) throws SQLException {
    hold.transact(
        holder -> {
          RecountRecord.found(holder, job, number, found);
          recounts = RecountRecord.list(holder, job);
          return found;
        });
  }

  /** The columns copied up to now; empty before the first window. */
  public Optional<String> columns() {
    return last().map(WindowRecord::columns);
  }

  private Optional<WindowRecord> last() {
    return windows.isEmpty() ? Optional.empty() : Optional.of(windows.get(windows.size() - 1));
  }

  /**
   * Begins the next window.
   *
   * @param range its positions, from the cursor or from below it; without an end to follow it
   * @param columns what is copied
   * @param memory what must be known to close the window after it
   * @param cuts cuts it into splits
   */
  public WindowRecord next(Interval range, String columns, String memory, LedgerJob.Cuts cuts)
      throws SQLException {
    long number = last().map(WindowRecord::number).orElse(0L) + 1;
    hold.transact(
        holder -> {
          WindowRecord.insert(holder, job, number, range, columns, memory);
          SplitRecord.insert(holder, job, Long.toString(number), cuts.cut());
          return range;
        });
    look();
    return last().orElseThrow();
  }

  /**
   * Begins the next window and ends it, since it has no rows.
   *
   * @param range its positions
   * @param columns what is copied
   * @param memory what must be known to close the window after it
   */
  public WindowRecord pass(Interval range, String columns, String memory) throws SQLException {
    long number = last().map(WindowRecord::number).orElse(0L) + 1;
    hold.transact(
        holder -> {
          WindowRecord.insert(holder, job, number, range, columns, memory);
          WindowRecord.done(holder, job, number, 0, 0, 0);
          forget(holder, number);
          return range;
        });
    look();
    return last().orElseThrow();
  }

  private void forget(Connection connection, long number) throws SQLException {
    Statements.update(connection, FORGET, job, number - KEPT);
  }

  /**
   * Gives an end to the window that was followed, so that it can be ended.
   *
   * @param high at or above all that was copied of it
   * @param memory what must be known to close the window after it
   */
  public WindowRecord bound(Position high, String memory) throws SQLException {
    long number = window().orElseThrow().number();
    SplitRecord followed = splits.get(splits.size() - 1);
    hold.transact(
        holder -> {
          WindowRecord.bound(holder, job, number, high, memory);
          SplitRecord.bound(holder, job, Long.toString(number), followed.split(), high);
          return high;
        });
    look();
    return last().orElseThrow();
  }

  /** Goes on with the window that is followed, whose columns may have changed. */
  public void resume(String columns) throws SQLException {
    long number = window().orElseThrow().number();
    hold.transact(
        holder -> {
          WindowRecord.columns(holder, job, number, columns);
          return columns;
        });
    look();
  }

  /** Tells who follows the window to end when all that was read is written, or not to. */
  public void stop(boolean stop) throws SQLException {
    long number = window().orElseThrow().number();
    // On a connection of its own: a signal comes in another thread.
    try (Connection connection = spec.connect("ledger " + job)) {
      WindowRecord.stop(connection, job, number, stop);
    }
  }

  /** Whether who follows the window has ended, and the target has all that it read. */
  public boolean isStopped() throws SQLException {
    try (Connection connection = spec.connect("ledger " + job)) {
      String stoppedAt = WindowRecord.stoppedAt(connection, job, window().orElseThrow().number());
      return stoppedAt != null
          && LedgerView.find(connection, job)
              .flatMap(LedgerView.Job::cursor)
              .map(Position::toString)
              .orElse("")
              .equals(stoppedAt);
    }
  }

  /** What workers need for the window that was begun. */
  public Ledger ledger(KeyOrder order) {
    return new Ledger(spec, job, window().orElseThrow().name(), order);
  }

  /**
   * Asks the target whether it has all of the window, and moves the cursor to its end.
   *
   * @param bytes of the blocks that this run read
   * @param began when this run began
   * @param now when it ended
   * @throws IllegalStateException when positions are missing, naming the first split
   */
  public WindowRecord finish(long bytes, Instant began, Instant now) throws SQLException {
    WindowRecord window = window().orElseThrow();
    double seconds = (now.toEpochMilli() - began.toEpochMilli()) / 1000.0;
    // On a connection of its own: the lock's may have been cut since, which does no harm.
    try (Connection connection = spec.connect("ledger " + job)) {
      connection.setAutoCommit(false);
      long rows = SplitRecord.requireDone(connection, job);
      WindowRecord.done(connection, job, window.number(), rows, bytes, seconds);
      JobRecord.addRows(connection, job, rows);
      SplitRecord.deleteAll(connection, job);
      forget(connection, window.number());
      connection.commit();
      windows = WindowRecord.list(connection, job);
      splits = List.of();
      connection.commit();
    }
    return last().orElseThrow();
  }

  /** Lets the job go. */
  @Override
  public void close() throws SQLException {
    hold.close();
  }
}
