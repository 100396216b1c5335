// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.horizon.Recount;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the source showed when a window was read, and what was found to have come later.
 *
 * @param number of the window
 * @param found null while nobody has counted
 */
public record RecountRecord(long number, Recount.Seen seen, Recount.@Nullable Found found) {

  private static final double MILLIS = 1000;

  private static final String SEEN =
      """
      INSERT INTO millrace.recount (job, number, snapshot, read, top, seen_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (job, number) DO UPDATE SET
        snapshot = excluded.snapshot, read = excluded.read, top = excluded.top,
        seen_at = excluded.seen_at
      """;

  private static final String FOUND =
      """
      UPDATE millrace.recount SET late = coalesce(late, 0) + ?, behind = coalesce(behind, 0) + ?,
        late_seconds = greatest(late_seconds, ?)
      WHERE job = ? AND number = ?
      """;

  /** The recounts of a job's windows that are still known, in order. */
  static List<RecountRecord> list(Connection connection, String job) throws SQLException {
    List<RecountRecord> recounts = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT * FROM millrace.recount WHERE job = ? ORDER BY number")) {
      statement.setString(1, job);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Recount.Seen seen =
              new Recount.Seen(
                  row.getString("snapshot"),
                  row.getString("read"),
                  row.getString("top"),
                  row.getTimestamp("seen_at").toInstant());
          recounts.add(new RecountRecord(row.getLong("number"), seen, found(row)));
        }
      }
    }
    return recounts;
  }

  private static Recount.@Nullable Found found(ResultSet row) throws SQLException {
    long late = row.getLong("late");
    if (row.wasNull()) {
      return null;
    }
    long behind = row.getLong("behind");
    double seconds = row.getDouble("late_seconds");
    Duration lateness = row.wasNull() ? null : Duration.ofMillis(Math.round(seconds * MILLIS));
    return new Recount.Found(late, behind, lateness);
  }

  /** Remembers what can be seen of a window, instead of what could be seen of it before. */
  static void seen(Connection connection, String job, long number, Recount.Seen seen)
      throws SQLException {
    Statements.update(
        connection,
        SEEN,
        job,
        number,
        seen.snapshot(),
        seen.read(),
        seen.top(),
        Timestamp.from(seen.at()));
  }

  /** Adds what came later than was seen of a window to what did before. */
  static void found(Connection connection, String job, long number, Recount.Found found)
      throws SQLException {
    Duration lateness = found.lateness();
    Double seconds = lateness == null ? null : lateness.toMillis() / MILLIS;
    Statements.update(connection, FOUND, found.late(), found.behind(), seconds, job, number);
  }
}
