// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static java.util.Objects.requireNonNull;

import dev.millrace.dialect.Sql;
import dev.millrace.horizon.Look;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Places by the values of a cursor, the first column of a key: each the place before all rows of a
 * value.
 *
 * @param key the cursor and what tells apart rows of one value
 * @param cursor the cursor alone
 */
record CursorSql(KeySql key, KeySql cursor) {

  private static final int DATE_BIN_SINCE = 140_000;

  static CursorSql of(KeySql key) {
    KeySql cursor =
        new KeySql(key.read(), key.key().subList(0, 1), requireNonNull(key.order()).first());
    return new CursorSql(key, cursor);
  }

  /** Whether the cursor is a time, from which a length of time can be taken. */
  boolean isTime() {
    return type().startsWith("timestamp") || type().equals("date");
  }

  private String type() {
    return key.read().table().column(cursor.key().get(0)).typeName();
  }

  /** The place of a value, given as a text in any form that the server reads. */
  Position place(Connection connection, String value) throws SQLException {
    return position(connection, Sql.literal(value) + "::" + type());
  }

  /** The place of a value less a length of time. */
  Position placeBelow(Connection connection, String value, Duration length) throws SQLException {
    return position(
        connection,
        "(%s::%s - %s)::%s".formatted(Sql.literal(value), type(), interval(length), type()));
  }

  /**
   * Up to where a table that is followed is complete.
   *
   * @param overlap how late rows may come where the horizon is not known; null for not at all
   * @return null when nothing is known to be complete
   */
  @Nullable Position complete(Connection connection, Look look, @Nullable Duration overlap)
      throws SQLException {
    if (look.high() == null) {
      return null;
    }
    return overlap == null || !isTime()
        ? place(connection, look.high())
        : placeBelow(connection, look.high(), overlap);
  }

  private Position position(Connection connection, String expression) throws SQLException {
    return Position.before(cursor.positions(connection, "SELECT " + expression).get(0).values());
  }

  /**
   * The end of the event-time window of the first row of an interval.
   *
   * @return null when there is no row, the cursor is not a time of day, or the server cannot tell
   */
  @Nullable Position windowEnd(Connection connection, Interval range, Duration length)
      throws SQLException {
    if (!type().startsWith("timestamp") || key.read().table().serverVersion() < DATE_BIN_SINCE) {
      return null;
    }
    List<Position> first = key.positions(connection, key.least(range));
    if (first.isEmpty() || first.get(0).values().get(0).endsWith("infinity")) {
      return null;
    }
    String bin = "date_bin(%1$s, %2$s::%3$s, '1970-01-01 00:00:00Z'::%3$s) + %1$s";
    String value = Sql.literal(first.get(0).values().get(0));
    return position(connection, bin.formatted(interval(length), value, type()));
  }

  private static String interval(Duration length) {
    return String.format(Locale.ROOT, "make_interval(secs => %.3f)", length.toMillis() / 1000.0);
  }
}
