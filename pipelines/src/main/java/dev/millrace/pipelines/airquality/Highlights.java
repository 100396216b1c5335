// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * Three rows of the gold layer that stand out, each null while its table has none; of equals the
 * earliest.
 *
 * @param worstDay the day with the city's highest index
 * @param longestRun the longest run of hours above the threshold
 * @param cleanestMonth the station and month with the lowest mean, of those with at least {@value
 *     #DAYS_OF_A_MONTH} days
 */
public record Highlights(
    @Nullable WorstDay worstDay,
    @Nullable LongestRun longestRun,
    @Nullable CleanestMonth cleanestMonth) {

  /** Fewer days than this say little of a month. */
  static final int DAYS_OF_A_MONTH = 20;

  /** A day of the city. */
  public record WorstDay(
      LocalDate day, int aqi, String category, String dominant, String station) {}

  /** A run of a station, both hours included. */
  public record LongestRun(
      String station, int above, LocalDateTime first, LocalDateTime last, int hours, int peak) {}

  /** A station's month. */
  public record CleanestMonth(String station, YearMonth month, BigDecimal meanAqi, int days) {}

  static Highlights of(Connection connection) throws SQLException {
    return new Highlights(
        first(
            connection,
            """
            SELECT day, aqi, category, dominant, worst_station FROM gold_city_day
            WHERE aqi IS NOT NULL ORDER BY aqi DESC, day LIMIT 1
            """,
            row ->
                new WorstDay(
                    row.getObject(1, LocalDate.class),
                    row.getInt(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5))),
        first(
            connection,
            """
            SELECT station, above, first_hour, last_hour, hours, peak_aqi FROM gold_exceedance_run
            ORDER BY hours DESC, first_hour, station LIMIT 1
            """,
            row ->
                new LongestRun(
                    row.getString(1),
                    row.getInt(2),
                    row.getObject(3, LocalDateTime.class),
                    row.getObject(4, LocalDateTime.class),
                    row.getInt(5),
                    row.getInt(6))),
        first(
            connection,
            """
            SELECT station, month, mean_aqi, days FROM gold_month_ranking
            WHERE days >= %d ORDER BY mean_aqi, month, station LIMIT 1
            """
                .formatted(DAYS_OF_A_MONTH),
            row ->
                new CleanestMonth(
                    row.getString(1),
                    YearMonth.from(row.getObject(2, LocalDate.class)),
                    row.getBigDecimal(3),
                    row.getInt(4))));
  }

  @FunctionalInterface
  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> @Nullable T first(Connection connection, String sql, RowReader<T> reader)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? reader.read(rows) : null;
    }
  }
}
