// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A column of whole numbers. They are not drawn in the order in which they are committed, but a
 * number can be told to be closed: see {@link Barriers}.
 *
 * @param last SQL for the last number given out and whether it cannot be relied on
 * @param source what gives them out
 * @param greatest of the type
 * @param delay how long a number is left open where it is not known who may still use it; null for
 *     none
 */
record NumberCursor(String last, String source, long greatest, @Nullable Duration delay)
    implements Cursor {

  /**
   * Numbers of a sequence.
   *
   * @param sequence its quoted name
   */
  static NumberCursor ofSequence(String sequence, long greatest, @Nullable Duration delay) {
    return new NumberCursor(
        "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END, "
            + Sequence.UNRELIABLE.formatted(Sql.literal(sequence) + "::regclass")
            + " FROM "
            + sequence,
        "sequence " + sequence,
        greatest,
        delay);
  }

  /** Numbers of which nothing is known but the greatest that was committed. */
  static NumberCursor ofColumn(
      String table, String column, long greatest, @Nullable Duration delay) {
    return new NumberCursor(
        "SELECT max(" + column + "), false FROM " + table, "column " + column, greatest, delay);
  }

  @Override
  public Optional<Drawn> drawn(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(last)) {
      row.next();
      long value = row.getLong(1);
      return row.wasNull()
          ? Optional.empty()
          : Optional.of(
              new Drawn(value, row.getBoolean(2) ? source + Sequence.UNRELIABLE_NOW : null));
    }
  }

  @Override
  public Bound bound(EarliestLocalTime.Source times, Instant horizon, Barriers barriers) {
    Instant passed = delay == null ? horizon : horizon.minus(delay);
    return new Bound(
        barriers
            .closed(passed)
            .map(value -> Long.toString(value < greatest ? value + 1 : greatest))
            .orElse(null),
        null,
        barriers.open(passed));
  }

  @Override
  public int compare(String a, String b) {
    return Long.compare(Long.parseLong(a), Long.parseLong(b));
  }
}
