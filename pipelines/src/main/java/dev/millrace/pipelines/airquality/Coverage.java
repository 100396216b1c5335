// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.LocalHour;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What hours a database has of the medallion, by which windows are cut and left out. */
public final class Coverage {
  /** Days that a month does not have are rejects of its last window. */
  private static final String DAYS =
      """
      SELECT least(to_date(left(month, 7), 'YYYY-MM') + day - 1,
          to_date(left(month, 7), 'YYYY-MM') + interval '1 month' - interval '1 day')::date, sum(rows)
      FROM (SELECT left(local_hour, 7) AS month, substr(local_hour, 9, 2)::int AS day,
              count(*) AS rows
            FROM bronze_measurement WHERE local_hour >= ? AND local_hour < ? GROUP BY 1, 2) AS d
      GROUP BY 1
      """;

  private static final String NEWEST =
      "SELECT max(local_hour) FROM bronze_measurement WHERE local_hour < ?";

  private final ConnectionSpec database;

  Coverage(ConnectionSpec database) {
    this.database = database;
  }

  /**
   * The days that there is bronze of, and how many rows each has.
   *
   * @param from the first day to look at
   * @param to the day after the last
   * @throws SQLException if the database does not answer or refuses
   */
  public SortedMap<LocalDate, Long> days(LocalDate from, LocalDate to) throws SQLException {
    SortedMap<LocalDate, Long> days = new TreeMap<>();
    try (Connection connection = database.connect("days")) {
      if (!Tables.exist(connection, Tables.BRONZE_MEASUREMENT)) {
        return days;
      }
      try (PreparedStatement select = connection.prepareStatement(DAYS)) {
        select.setString(1, from.toString());
        select.setString(2, to.toString());
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            days.put(row.getObject(1, LocalDate.class), row.getLong(2));
          }
        }
      }
    }
    return days;
  }

  /**
   * Whether there is nothing of a window's hours, neither in bronze nor left in silver.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public boolean isEmpty(HourWindow window) throws SQLException {
    try (Connection connection = database.connect("window")) {
      return !exists(connection, Tables.BRONZE_MEASUREMENT, window.own())
          && !exists(connection, Tables.SILVER_HOUR, window.written());
    }
  }

  /** Whether a table has rows that a condition holds for. */
  static boolean exists(Connection connection, Table table, String where) throws SQLException {
    if (!Tables.exist(connection, table)) {
      return false;
    }
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT EXISTS (SELECT FROM %s WHERE %s)".formatted(table.name(), where))) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /**
   * The newest hour that there is bronze of, before some hour.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Optional<LocalDateTime> newestHour(LocalDateTime before) throws SQLException {
    try (Connection connection = database.connect("newest hour")) {
      if (!Tables.exist(connection, Tables.BRONZE_MEASUREMENT)) {
        return Optional.empty();
      }
      try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
        select.setString(1, before.format(LocalHour.FORM));
        try (ResultSet row = select.executeQuery()) {
          row.next();
          return Optional.ofNullable(row.getString(1))
              .map(newest -> LocalDateTime.parse(newest, LocalHour.FORM));
        }
      }
    }
  }
}
