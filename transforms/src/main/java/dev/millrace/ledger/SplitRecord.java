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
import org.jspecify.annotations.Nullable;

/**
 * A split of a job as the ledger has it.
 *
 * @param window the window it is of
 * @param split its number, 0 or more
 * @param range all of it
 * @param epoch attempts to read it
 * @param covered what was committed of it, in order, neither overlapping nor touching
 * @param rows written
 * @param changedAt when an attempt or a commit last changed it, by the server's clock; null before
 */
public record SplitRecord(
    String window,
    int split,
    Interval range,
    long epoch,
    List<Interval> covered,
    long rows,
    @Nullable Instant changedAt) {

  private static final String INSERT =
      "INSERT INTO millrace.split (job, window_name, split, low, high) VALUES (?, ?, ?, ?, ?)";

  private static final String BOUND =
      "UPDATE millrace.split SET high = ? WHERE job = ? AND window_name = ? AND split = ?";

  private static final String LIST =
      "SELECT * FROM millrace.split WHERE job = ? ORDER BY window_name, split";

  public SplitRecord {
    covered = List.copyOf(covered);
  }

  /** Whether all of it was committed. */
  public boolean isDone() {
    // What is covered was joined when it was entered, and equal positions have equal texts.
    return covered.equals(List.of(range));
  }

  static void insert(Connection connection, String job, String window, List<Interval> ranges)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      for (int split = 0; split < ranges.size(); split++) {
        statement.setString(1, job);
        statement.setString(2, window);
        statement.setInt(3, split);
        statement.setString(4, ranges.get(split).lowText());
        statement.setString(5, ranges.get(split).highText());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Moves the end of a split. */
  static void bound(Connection connection, String job, String window, int split, Position high)
      throws SQLException {
    Statements.update(connection, BOUND, high.toString(), job, window, split);
  }

  static void deleteAll(Connection connection, String job) throws SQLException {
    Statements.update(connection, "DELETE FROM millrace.split WHERE job = ?", job);
  }

  /**
   * Asks whether all splits of a job are there, and how many rows they have.
   *
   * @throws IllegalStateException when positions are missing, naming the first split
   */
  static long requireDone(Connection connection, String job) throws SQLException {
    List<SplitRecord> now = list(connection, job);
    List<SplitRecord> missing = now.stream().filter(each -> !each.isDone()).toList();
    if (now.isEmpty() || !missing.isEmpty()) {
      throw new IllegalStateException(
          "Cannot finish job "
              + job
              + ": the target does not have all of "
              + (now.isEmpty() ? "it" : "split " + missing.get(0).describe())
              + (missing.size() > 1 ? ", nor of " + (missing.size() - 1) + " others" : "")
              + "; run it again to go on");
    }
    return now.stream().mapToLong(SplitRecord::rows).sum();
  }

  private String describe() {
    return "%d %s, but %s".formatted(split, range, covered);
  }

  /** The splits of a job, by window and number. */
  public static List<SplitRecord> list(Connection connection, String job) throws SQLException {
    List<SplitRecord> splits = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, job);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Timestamp changed = row.getTimestamp("changed_at");
          splits.add(
              new SplitRecord(
                  row.getString("window_name"),
                  row.getInt("split"),
                  Interval.of(row.getString("low"), row.getString("high")),
                  row.getLong("epoch"),
                  LedgerTables.fromJson(row.getString("covered")),
                  row.getLong("rows"),
                  changed == null ? null : changed.toInstant()));
        }
      }
    }
    return splits;
  }
}
