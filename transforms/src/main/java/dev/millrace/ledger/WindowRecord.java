// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A window of a cursor as the ledger has it: what was new between two runs of a job.
 *
 * @param number 1 or more, in order
 * @param range its positions by cursor and key; without an end while it is followed
 * @param columns what is copied
 * @param memory what must be known to close the next one
 * @param begunAt when it was closed, by the target's clock
 * @param doneAt when the target had all of it; null before
 * @param rows written
 * @param bytes of the blocks read by the run that ended it
 * @param seconds that this run took
 */
public record WindowRecord(
    long number,
    Interval range,
    String columns,
    String memory,
    Instant begunAt,
    @Nullable Instant doneAt,
    long rows,
    long bytes,
    double seconds) {

  private static final String INSERT =
      """
      INSERT INTO millrace.window (job, number, low, high, columns, memory, begun_at)
      VALUES (?, ?, ?, ?, ?, ?, clock_timestamp())
      """;

  private static final String BOUND =
      "UPDATE millrace.window SET high = ?, memory = ? WHERE job = ? AND number = ?";

  private static final String COLUMNS =
      "UPDATE millrace.window SET columns = ? WHERE job = ? AND number = ?";

  private static final String STOP =
      "UPDATE millrace.window SET stop = ?, stopped_at = NULL WHERE job = ? AND number = ?";

  private static final String STOPPED =
      "SELECT stopped_at FROM millrace.window WHERE job = ? AND number = ?";

  private static final String DONE =
      """
      UPDATE millrace.window SET done_at = clock_timestamp(), rows = ?, bytes = ?, seconds = ?
      WHERE job = ? AND number = ?
      """;

  /** Whether a run is to begin it and never to end it. */
  public boolean isFollowed() {
    return range.high() == null;
  }

  public boolean isDone() {
    return doneAt != null;
  }

  /** Where a cursor stands whose last window this is; empty for the first row. */
  public Optional<Position> cursor() {
    return Optional.ofNullable(isDone() ? range.high() : range.low());
  }

  /** What tells it from any other of the job, also of one that was forgotten. */
  public String identity() {
    return number + " begun " + begunAt;
  }

  /** What the splits of this window are listed under. */
  String name() {
    return Long.toString(number);
  }

  /** The windows of a job that are still known, in order. */
  public static List<WindowRecord> list(Connection connection, String job) throws SQLException {
    return query(connection, "SELECT * FROM millrace.window WHERE job = ? ORDER BY number", job);
  }

  private static List<WindowRecord> query(Connection connection, String sql, String job)
      throws SQLException {
    List<WindowRecord> windows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, job);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Timestamp done = row.getTimestamp("done_at");
          windows.add(
              new WindowRecord(
                  row.getLong("number"),
                  Interval.of(row.getString("low"), row.getString("high")),
                  row.getString("columns"),
                  row.getString("memory"),
                  row.getTimestamp("begun_at").toInstant(),
                  done == null ? null : done.toInstant(),
                  row.getLong("rows"),
                  row.getLong("bytes"),
                  row.getDouble("seconds")));
        }
      }
    }
    return windows;
  }

  static void insert(
      Connection connection, String job, long number, Interval range, String columns, String memory)
      throws SQLException {
    Statements.update(
        connection, INSERT, job, number, range.lowText(), range.highText(), columns, memory);
  }

  /** Gives an end to a window that was followed. */
  static void bound(Connection connection, String job, long number, Position high, String memory)
      throws SQLException {
    Statements.update(connection, BOUND, high.toString(), memory, job, number);
  }

  /** Says what is copied from now on. */
  static void columns(Connection connection, String job, long number, String columns)
      throws SQLException {
    Statements.update(connection, COLUMNS, columns, job, number);
  }

  /** Says whether who follows a window is to end. */
  static void stop(Connection connection, String job, long number, boolean stop)
      throws SQLException {
    Statements.update(connection, STOP, stop, job, number);
  }

  /**
   * Where who follows a window ended to read, as a text, empty for the start; null while it reads.
   */
  static @Nullable String stoppedAt(Connection connection, String job, long number)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STOPPED)) {
      statement.setString(1, job);
      statement.setLong(2, number);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  static void done(
      Connection connection, String job, long number, long rows, long bytes, double seconds)
      throws SQLException {
    Statements.update(connection, DONE, rows, bytes, seconds, job, number);
  }
}
