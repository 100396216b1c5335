// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tables of the medallion, and the only place that knows their columns.
 *
 * <p>Times are {@code timestamp} without time zone and mean local time in Beijing, UTC+8 without
 * daylight saving: the data are delivered so, a day of the gold layer is a local day, and no
 * session setting can shift them. Measured and averaged values are {@code numeric} without limits,
 * which keeps every digit delivered.
 */
public final class Tables {
  /** Every line as delivered; and which hour it is of. */
  public static final Table BRONZE_MEASUREMENT =
      new Table("bronze_measurement", bronze(), List.of("file", "line"))
          .derived(LocalHour.COLUMN, LocalHour.TYPE, LocalHour.EXPRESSION)
          .indexed(LocalHour.COLUMN);

  /** Lines that are no records. */
  public static final Table BRONZE_REJECT =
      new Table(
          "bronze_reject",
          BlockSchema.of(
              text("file"), Column.of("line", BlockType.INT64), text("reason"), text("payload")),
          List.of("file", "line"));

  /** One row for each station and hour: measurements, averages and indices. */
  public static final Table SILVER_HOUR =
      new Table("silver_hour", silver(), List.of("station", "hour")).indexed("hour");

  /** Values, and whole rows, that are not what their column says. */
  public static final Table SILVER_REJECT =
      new Table(
          "silver_reject",
          BlockSchema.of(
              text("file"),
              Column.of("line", BlockType.INT64),
              text("column_name"),
              text("value"),
              text("reason"),
              Column.of("whole_row", BlockType.BOOL)),
          List.of("file", "line", "column_name"));

  /** The index of a station on a day. */
  public static final Table GOLD_STATION_DAY =
      new Table("gold_station_day", stationDay(), List.of("station", "day"));

  /** The index of the city on a day. */
  public static final Table GOLD_CITY_DAY =
      new Table("gold_city_day", cityDay(), List.of("city", "day"));

  /** Consecutive hours above a threshold. */
  public static final Table GOLD_EXCEEDANCE_RUN =
      new Table(
          "gold_exceedance_run",
          BlockSchema.of(
              text("station"),
              integer("above"),
              timestamp("first_hour"),
              timestamp("last_hour"),
              integer("hours"),
              integer("peak_aqi"),
              timestamp("peak_hour")),
          List.of("station", "above", "first_hour"));

  /** Stations by the mean of their days in a month, the cleanest first. */
  public static final Table GOLD_MONTH_RANKING =
      new Table(
          "gold_month_ranking",
          BlockSchema.of(
              Column.of("month", BlockType.DATE),
              text("station"),
              integer("rank"),
              numeric("mean_aqi"),
              integer("days"),
              integer("highest_aqi")),
          List.of("month", "station"));

  /** What the bronze pipeline writes. */
  public static final List<Table> BRONZE = List.of(BRONZE_MEASUREMENT, BRONZE_REJECT);

  /** What the silver pipeline writes. */
  public static final List<Table> SILVER = List.of(SILVER_HOUR, SILVER_REJECT);

  /** What the gold pipeline writes. */
  public static final List<Table> GOLD =
      List.of(GOLD_STATION_DAY, GOLD_CITY_DAY, GOLD_EXCEEDANCE_RUN, GOLD_MONTH_RANKING);

  /** Any number: two runs must not create a table at once, which PostgreSQL does not like. */
  private static final long CREATION_LOCK = 0x61697271L;

  private static final String COLUMNS =
      "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0"
          + " AND NOT attisdropped";

  private Tables() {}

  /**
   * Creates the tables that are missing, and what is missing of those that are there.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public static void create(ConnectionSpec database, List<Table> tables) throws SQLException {
    try (Connection connection = database.connect("air quality tables")) {
      // Whoever changes a table waits for all who read it: only what is missing is asked for.
      if (missing(connection, tables).isEmpty()) {
        return;
      }
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
        for (String sql : missing(connection, tables)) {
          statement.execute(sql);
        }
      }
      connection.commit();
    }
  }

  /**
   * Whether a table is there.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public static boolean exist(Connection connection, Table table) throws SQLException {
    return !columns(connection, table.name()).isEmpty();
  }

  private static List<String> missing(Connection connection, List<Table> tables)
      throws SQLException {
    List<String> missing = new ArrayList<>();
    for (Table table : tables) {
      Set<String> columns = columns(connection, table.name());
      if (columns.isEmpty()) {
        missing.add(table.createSql());
      } else if (!columns.containsAll(table.schema().names())) {
        // Another table of this name, which whoever reads or writes it refuses.
        continue;
      }
      for (Table.Derived column : table.derived()) {
        if (!columns.isEmpty() && !columns.contains(column.name())) {
          missing.add(table.addSql(column));
        }
      }
      for (String column : table.indexed()) {
        if (columns(connection, table.indexName(column)).isEmpty()) {
          missing.add(table.indexSql(column));
        }
      }
    }
    return missing;
  }

  /** Of a table or an index; none if it does not exist. */
  private static Set<String> columns(Connection connection, String relation) throws SQLException {
    Set<String> columns = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, relation);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(row.getString(1));
        }
      }
    }
    return columns;
  }

  private static BlockSchema bronze() {
    List<Column> columns = new ArrayList<>();
    columns.add(text("file"));
    columns.add(Column.of("line", BlockType.INT64));
    for (String name :
        List.of(
            "no", "year", "month", "day", "hour", "pm25", "pm10", "so2", "no2", "co", "o3", "temp",
            "pres", "dewp", "rain", "wd", "wspm", "station")) {
      columns.add(text(name));
    }
    return new BlockSchema(columns);
  }

  private static BlockSchema silver() {
    return BlockSchema.of(
        text("station"),
        timestamp("hour"),
        numeric("pm25"),
        numeric("pm10"),
        numeric("so2"),
        numeric("no2"),
        numeric("co"),
        numeric("o3"),
        numeric("temp"),
        numeric("pres"),
        numeric("dewp"),
        numeric("rain"),
        text("wd"),
        numeric("wspm"),
        Column.of("pm25_above_pm10", BlockType.BOOL),
        numeric("so2_ppb"),
        numeric("no2_ppb"),
        numeric("co_ppm"),
        numeric("o3_ppm"),
        numeric("pm25_24h"),
        numeric("pm10_24h"),
        numeric("so2_ppb_24h"),
        numeric("co_ppm_8h"),
        numeric("o3_ppm_8h"),
        integer("index_pm25"),
        integer("index_pm10"),
        integer("index_o3"),
        integer("index_no2"),
        integer("index_so2"),
        integer("index_co"),
        integer("aqi"),
        text("dominant"),
        text("category"),
        text("file"),
        Column.of("line", BlockType.INT64));
  }

  private static BlockSchema stationDay() {
    return BlockSchema.of(
        text("station"),
        Column.of("day", BlockType.DATE),
        integer("aqi"),
        text("dominant"),
        text("category"),
        integer("index_pm25"),
        integer("index_pm10"),
        integer("index_o3"),
        integer("index_no2"),
        integer("index_so2"),
        integer("index_co"),
        integer("hours_valid"),
        integer("hours_good"),
        integer("hours_moderate"),
        integer("hours_sensitive"),
        integer("hours_unhealthy"),
        integer("hours_very_unhealthy"),
        integer("hours_hazardous"));
  }

  private static BlockSchema cityDay() {
    List<Column> columns = new ArrayList<>();
    columns.add(text("city"));
    columns.addAll(stationDay().columns().subList(1, stationDay().size()));
    columns.add(integer("stations"));
    columns.add(text("worst_station"));
    return new BlockSchema(columns);
  }

  private static Column text(String name) {
    return Column.of(name, BlockType.TEXT);
  }

  private static Column numeric(String name) {
    return Column.of(name, BlockType.NUMERIC);
  }

  private static Column integer(String name) {
    return Column.of(name, BlockType.INT32);
  }

  private static Column timestamp(String name) {
    return Column.of(name, BlockType.TIMESTAMP);
  }
}
