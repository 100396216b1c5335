// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The smallest local time that any of some time zones has from an instant on, by the server's own
 * rules.
 *
 * <p>Local time falls back where daylight saving ends, by a day at most. So the smallest is that of
 * the instant, or that just after it fell back in the 25 hours to come. Nearly always it does so at
 * a whole quarter of an hour of UTC; where it did at another time, as in Newfoundland until 2011,
 * the quarter's length is taken off what it is at the end of the quarter.
 *
 * @param smallest of all zones, from the instant on
 * @param latest of all zones, at the instant
 */
record EarliestLocalTime(LocalDateTime smallest, LocalDateTime latest) {

  /** Tells it of an instant and zones. */
  @FunctionalInterface
  interface Source {
    EarliestLocalTime from(Instant instant, List<String> zones) throws SQLException;
  }

  private static final String ASK =
      """
      SELECT min(local), max(instant AT TIME ZONE zone)
      FROM (SELECT ?::timestamptz AS instant) AS given
      CROSS JOIN unnest(?::text[]) AS zone
      CROSS JOIN LATERAL (
        SELECT instant AT TIME ZONE zone AS local
        UNION ALL
        SELECT CASE
          WHEN (q AT TIME ZONE zone) - ((q - interval '15 min') AT TIME ZONE zone) < interval '15 min'
            AND (q AT TIME ZONE zone) - ((q - interval '1 us') AT TIME ZONE zone) > interval '0'
          THEN (q AT TIME ZONE zone) - interval '15 min' ELSE q AT TIME ZONE zone END
        FROM generate_series(0, 100) AS i CROSS JOIN LATERAL (
          SELECT to_timestamp(ceil(extract(epoch FROM instant) / 900)::float8 * 900 + 900 * i)
          OFFSET 0) AS quarter (q)) AS samples
      """;

  /** Of UTC alone, which never falls back. */
  static EarliestLocalTime utc(Instant instant) {
    LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    return new EarliestLocalTime(time, time);
  }

  static EarliestLocalTime from(Connection connection, Instant instant, List<String> zones)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ASK)) {
      statement.setObject(1, instant.atOffset(ZoneOffset.UTC));
      statement.setArray(2, connection.createArrayOf("text", zones.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new EarliestLocalTime(
            row.getObject(1, LocalDateTime.class), row.getObject(2, LocalDateTime.class));
      }
    }
  }
}
