// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * How far runs of exceedance reach that touch some hours: those of the silver layer, and those that
 * were written when it was another.
 */
final class RunReach {

  /** From the first hour after the last that was no exceedance, over stations where one was. */
  private static final String BEGIN =
      """
      SELECT min(begin) FROM (SELECT (
          SELECT min(hour) FROM silver_hour AS run WHERE run.station = edge.station
            AND run.hour > coalesce((SELECT max(hour) FROM silver_hour AS calm
              WHERE calm.station = edge.station AND calm.hour < edge.hour
                AND (calm.aqi > ?) IS NOT TRUE), '-infinity')) AS begin
        FROM silver_hour AS edge WHERE edge.hour = ?::timestamp - interval '1 hour' AND edge.aqi > ?
        UNION ALL SELECT first_hour FROM gold_exceedance_run
        WHERE above = ? AND first_hour < ? AND last_hour >= ?) AS begins
      """;

  /** To the last hour before the first that is no exceedance, over stations where one is. */
  private static final String END =
      """
      SELECT max(last) + interval '1 hour' FROM (SELECT (
          SELECT max(hour) FROM silver_hour AS run WHERE run.station = edge.station
            AND run.hour < coalesce((SELECT min(hour) FROM silver_hour AS calm
              WHERE calm.station = edge.station AND calm.hour > edge.hour
                AND (calm.aqi > ?) IS NOT TRUE), 'infinity')) AS last
        FROM silver_hour AS edge WHERE edge.hour = ? AND edge.aqi > ?
        UNION ALL SELECT last_hour FROM gold_exceedance_run
        WHERE above = ? AND first_hour < ? AND last_hour >= ?) AS ends
      """;

  private RunReach() {}

  /** Some hours, and the whole of each run that touches them. */
  static HourWindow of(Connection connection, HourWindow hours, int above) throws SQLException {
    HourWindow reach = hours;
    while (true) {
      LocalDateTime from = hour(connection, BEGIN, reach.from(), reach, above);
      LocalDateTime to = hour(connection, END, reach.to(), reach, above);
      HourWindow further =
          new HourWindow(
              from != null && from.isBefore(reach.from()) ? from : reach.from(),
              to != null && to.isAfter(reach.to()) ? to : reach.to());
      if (further.equals(reach)) {
        return reach;
      }
      // What was written before may reach further than what is, and so touch more.
      reach = further;
    }
  }

  private static @Nullable LocalDateTime hour(
      Connection connection, String query, LocalDateTime edge, HourWindow reach, int above)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setInt(1, above);
      statement.setObject(2, edge);
      statement.setInt(3, above);
      statement.setInt(4, above);
      statement.setObject(5, reach.to());
      statement.setObject(6, reach.from());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getObject(1, LocalDateTime.class);
      }
    }
  }

  /** The runs that touch some hours, as a condition in SQL. */
  static String touched(HourWindow hours, int above) {
    return "above = %d AND first_hour < '%s' AND last_hour >= '%s'"
        .formatted(above, hours.to(), hours.from());
  }
}
