// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.dialect.Sql;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far runs of exceedance reach that touch some hours: those of the silver layer, and those that
 * were written when it was another. Each station for itself: over all of them there is hardly an
 * hour without a run, and one would lead to the next from the first hour to the last.
 *
 * @param hours of all stations
 * @param beyond the hours of stations with runs that reach further, those above included
 */
public record RunReach(HourWindow hours, Map<String, HourWindow> beyond) implements Serializable {

  /** Every hour of every station. */
  public static final RunReach ALL = new RunReach(HourWindow.ALL, Map.of());

  private static final String STATIONS =
      """
      SELECT station FROM silver_hour
      WHERE hour IN (?::timestamp - interval '1 hour', ?::timestamp) AND aqi > ?
      UNION
      SELECT station FROM gold_exceedance_run
      WHERE above = ? AND first_hour < ? AND last_hour >= ? AND (first_hour < ? OR last_hour >= ?)
      """;

  /**
   * From the first hour after the last that was no exceedance, to the last before the first that is
   * none; and as far as what was written.
   */
  private static final String FURTHER =
      """
      WITH reach AS (
        SELECT *, ?::int AS above
        FROM unnest(?::text[], ?::timestamp[], ?::timestamp[]) AS of (station, begins, ends))
      SELECT station,
        least(begins, (
          SELECT min(hour) FROM silver_hour AS run
          WHERE run.station = reach.station AND run.hour < begins
            AND run.hour > coalesce((SELECT max(hour) FROM silver_hour AS calm
              WHERE calm.station = reach.station AND calm.hour < begins
                AND (calm.aqi > above) IS NOT TRUE), '-infinity')
            AND EXISTS (SELECT FROM silver_hour AS edge WHERE edge.station = reach.station
              AND edge.hour = begins - interval '1 hour' AND edge.aqi > above)
        ), (
          SELECT min(first_hour) FROM gold_exceedance_run AS told
          WHERE told.station = reach.station AND told.above = reach.above
            AND first_hour < ends AND last_hour >= begins)),
        greatest(ends, interval '1 hour' + (
          SELECT max(hour) FROM silver_hour AS run
          WHERE run.station = reach.station AND run.hour >= ends
            AND run.hour < coalesce((SELECT min(hour) FROM silver_hour AS calm
              WHERE calm.station = reach.station AND calm.hour >= ends
                AND (calm.aqi > above) IS NOT TRUE), 'infinity')
            AND EXISTS (SELECT FROM silver_hour AS edge WHERE edge.station = reach.station
              AND edge.hour = ends AND edge.aqi > above)
        ), interval '1 hour' + (
          SELECT max(last_hour) FROM gold_exceedance_run AS told
          WHERE told.station = reach.station AND told.above = reach.above
            AND first_hour < ends AND last_hour >= begins))
      FROM reach
      """;

  public RunReach {
    beyond = Map.copyOf(beyond);
  }

  /**
   * Some hours, and the whole of each run that touches them.
   *
   * @param above the index that a run stays above, 0 or more
   * @throws SQLException if the database does not answer or refuses
   */
  public static RunReach of(Connection connection, HourWindow hours, int above)
      throws SQLException {
    Map<String, HourWindow> beyond = new HashMap<>();
    Map<String, HourWindow> open = stations(connection, hours, above);
    while (!open.isEmpty()) {
      // What was written before may reach further than what is, and so touch more.
      open = further(connection, open, above);
      beyond.putAll(open);
    }
    return new RunReach(hours, beyond);
  }

  /** Those at whose edges it is not calm. */
  private static Map<String, HourWindow> stations(
      Connection connection, HourWindow hours, int above) throws SQLException {
    Map<String, HourWindow> stations = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(STATIONS)) {
      statement.setObject(1, hours.from());
      statement.setObject(2, hours.to());
      statement.setInt(3, above);
      statement.setInt(4, above);
      statement.setObject(5, hours.to());
      statement.setObject(6, hours.from());
      statement.setObject(7, hours.from());
      statement.setObject(8, hours.to());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          stations.put(rows.getString(1), hours);
        }
      }
    }
    return stations;
  }

  /** Of these, the ones that reach further, and how far. */
  private static Map<String, HourWindow> further(
      Connection connection, Map<String, HourWindow> reach, int above) throws SQLException {
    Map<String, HourWindow> further = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(FURTHER)) {
      statement.setInt(1, above);
      statement.setArray(2, connection.createArrayOf("text", reach.keySet().toArray()));
      statement.setArray(
          3, connection.createArrayOf("timestamp", times(reach.values().stream(), true)));
      statement.setArray(
          4, connection.createArrayOf("timestamp", times(reach.values().stream(), false)));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String station = rows.getString(1);
          HourWindow hours =
              new HourWindow(
                  rows.getObject(2, LocalDateTime.class), rows.getObject(3, LocalDateTime.class));
          if (!hours.equals(reach.get(station))) {
            further.put(station, hours);
          }
        }
      }
    }
    return further;
  }

  private static Object[] times(Stream<HourWindow> windows, boolean from) {
    return windows.map(window -> (from ? window.from() : window.to()).toString()).toArray();
  }

  /** From the first hour to the last, of any station. */
  public HourWindow hull() {
    LocalDateTime from =
        beyond.values().stream()
            .map(HourWindow::from)
            .min(Comparator.naturalOrder())
            .orElse(hours.from());
    LocalDateTime to =
        beyond.values().stream()
            .map(HourWindow::to)
            .max(Comparator.naturalOrder())
            .orElse(hours.to());
    return new HourWindow(from, to);
  }

  /** Whether runs that touch the hours may have this one. */
  boolean contains(String station, LocalDateTime hour) {
    return beyond.getOrDefault(station, hours).contains(hour);
  }

  /**
   * The runs that touch the hours, as a condition on {@code gold_exceedance_run} in SQL.
   *
   * @param above the index that they stay above
   */
  public String touched(int above) {
    String touches = "first_hour < '%s' AND last_hour >= '%s'".formatted(hours.to(), hours.from());
    if (!beyond.isEmpty()) {
      touches +=
          new TreeMap<>(beyond)
              .entrySet().stream()
                  .map(
                      each ->
                          "(%s, timestamp '%s', timestamp '%s')"
                              .formatted(
                                  Sql.literal(each.getKey()),
                                  each.getValue().from(),
                                  each.getValue().to()))
                  .collect(
                      Collectors.joining(
                          ", ",
                          " OR EXISTS (SELECT FROM (VALUES ",
                          ") AS reach (name, begins, ends)"
                              + " WHERE name = station AND first_hour < ends AND last_hour >= begins)"));
    }
    HourWindow hull = hull();
    return "above = %d AND first_hour < '%s' AND last_hour >= '%s' AND (%s)"
        .formatted(above, hull.to(), hull.from(), touches);
  }
}
