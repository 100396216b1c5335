// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.block.Block;
import dev.millrace.cache.result.ContentKey;
import dev.millrace.cache.result.TableResults;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Sql;
import dev.millrace.pipelines.airquality.bronze.Bronze;
import dev.millrace.pipelines.airquality.csv.CsvException;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.gold.Gold;
import dev.millrace.pipelines.airquality.gold.RunReach;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.silver.Hours;
import dev.millrace.pipelines.airquality.silver.Months;
import dev.millrace.pipelines.airquality.silver.Silver;
import dev.millrace.pipelines.airquality.table.LocalHour;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/**
 * The medallion of air-quality data in one PostgreSQL database: three pipelines that run one after
 * another or alone, each from what the one before wrote; the last two over all there is, or over
 * windows of it.
 *
 * <pre>{@code
 * AirQuality airQuality = AirQuality.in(database);
 * Stage stage = airQuality.bronze(data); // then silver(), then gold()
 * stage.applyTo(pipeline);
 * PipelineResult result = pipeline.run();
 * result.waitUntilFinish();
 * Stage.Counts counts = stage.counts(result);
 * }</pre>
 *
 * <p>Every table is written by upsert on its key, so a run that failed is mended by another, and a
 * run repeated leaves the same rows. Rejects are told anew by each run.
 */
public final class AirQuality {
  private static final String CLEAR_LINES =
      """
      DELETE FROM bronze_measurement AS b WHERE b.file = ? AND (b.line > ? OR EXISTS (
        SELECT FROM bronze_reject AS r WHERE r.file = b.file AND r.line = b.line))
      """;

  /** Rows of silver whose bronze row is another now, or no more. */
  private static final String CLEAR_HOURS =
      """
      DELETE FROM silver_hour AS s WHERE (%s) AND NOT EXISTS (
        SELECT FROM bronze_measurement AS b WHERE b.file = s.file AND b.line = s.line
          AND b.station = s.station AND b.local_hour = to_char(s.hour, 'YYYY-MM-DD HH24'))
      """;

  private static final String CLEAR_DAYS =
      """
      DELETE FROM gold_station_day AS d WHERE day >= '%s' AND day < '%s' AND NOT EXISTS (
        SELECT FROM silver_hour AS s
        WHERE s.station = d.station AND s.hour >= d.day AND s.hour < d.day + 1)
      """;

  // A connection costs a window of few rows more than what is asked over it.
  private static final List<Table> BRONZE_AND_SILVER =
      Stream.concat(Tables.BRONZE.stream(), Tables.SILVER.stream()).toList();
  private static final List<Table> SILVER_AND_GOLD =
      Stream.concat(Tables.SILVER.stream(), Tables.GOLD.stream()).toList();

  private final ConnectionSpec database;
  private final Memory memory;
  private volatile @Nullable String schema;

  /** What becomes of what earlier runs kept. */
  private enum Memory {
    USED,
    REPLACED,
    NONE
  }

  private AirQuality(ConnectionSpec database, Memory memory) {
    this.database = database;
    this.memory = memory;
  }

  /** The medallion in the schema that the database's search path names first. */
  public static AirQuality in(ConnectionSpec database) {
    return new AirQuality(database, Memory.USED);
  }

  /** The same, but that everything is made again, whatever was {@linkplain Stage#keep kept}. */
  public AirQuality withoutCache() {
    return new AirQuality(database, Memory.REPLACED);
  }

  /**
   * The same, but that everything is made again and nothing is kept, for a database that no run
   * will come back to: finding out what there is takes time, too.
   */
  public AirQuality withoutMemory() {
    return new AirQuality(database, Memory.NONE);
  }

  /**
   * From the UCI files in a folder to {@link Tables#BRONZE}. Each file is read to its end and
   * counted here, before anything is written; but for those whose bytes and rows are as they were.
   *
   * @param data the folder, or one file
   * @throws CsvException if there is no such file, one has other columns, or cannot be read to its
   *     end
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage bronze(Path data) throws SQLException {
    List<CsvFile> files = CsvFile.in(data, Uci.FILES);
    BronzeParts parts = new BronzeParts(database, files);
    if (memory == Memory.NONE) {
      long lines = files.stream().mapToLong(file -> parts.rows(file.name())).sum();
      return new Stage(
          "bronze",
          lines,
          Tables.BRONZE,
          null,
          pipeline -> bronze(pipeline, files),
          () -> clearAfter(files, parts));
    }
    StageResults results = check("bronze", List.of(), Tables.BRONZE, parts);
    return new Stage(
        "bronze",
        results.rows(),
        Tables.BRONZE,
        results,
        pipeline -> bronze(pipeline, parts.files(results.changed())),
        () -> clearAfter(parts.files(results.changed()), parts));
  }

  private void bronze(Pipeline pipeline, List<CsvFile> files) throws SQLException {
    Tables.create(database, Tables.BRONZE);
    String ofFiles =
        files.isEmpty()
            ? "false"
            : files.stream()
                .map(file -> Sql.literal(file.name()))
                .collect(Collectors.joining(", ", "file IN (", ")"));
    execute("DELETE FROM " + Tables.BRONZE_REJECT.name() + " WHERE " + ofFiles);
    PCollectionTuple read = pipeline.apply("Read files", Bronze.of(files));
    write(read.get(Bronze.ROWS), Tables.BRONZE_MEASUREMENT, ofFiles);
    write(read.get(Bronze.REJECTS), Tables.BRONZE_REJECT);
  }

  /** Clears the lines of an earlier delivery that the file has no more, or that are rejects now. */
  private void clearAfter(List<CsvFile> files, BronzeParts parts) throws SQLException {
    try (Connection connection = database.connect("bronze");
        PreparedStatement clear = connection.prepareStatement(CLEAR_LINES)) {
      for (CsvFile file : files) {
        clear.setString(1, file.name());
        // The header is the first line.
        clear.setLong(2, 1 + parts.rows(file.name()));
        clear.addBatch();
      }
      clear.executeBatch();
    }
  }

  /**
   * From {@link Tables#BRONZE_MEASUREMENT} to {@link Tables#SILVER}, all hours but those of months
   * that would come out as they are.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage silver() throws SQLException {
    if (memory == Memory.NONE) {
      return silver(HourWindow.ALL);
    }
    Tables.create(database, BRONZE_AND_SILVER);
    SilverParts parts = new SilverParts(database);
    StageResults results =
        check("silver", List.of(Tables.BRONZE_MEASUREMENT), Tables.SILVER, parts);
    return new Stage(
        "silver",
        parts.needed(results.changed()),
        Tables.SILVER,
        results,
        pipeline ->
            silver(pipeline, parts.hours(results.changed()), parts.needed(results.changed())));
  }

  /**
   * From {@link Tables#BRONZE_MEASUREMENT} to {@link Tables#SILVER}, the hours of a window, unless
   * they would come out as they are.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage silver(HourWindow window) throws SQLException {
    return silver(window, window.toString());
  }

  /**
   * From {@link Tables#BRONZE_MEASUREMENT} to {@link Tables#SILVER_REJECT}, the rows that have no
   * hour and so are in no window.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage undated() throws SQLException {
    return silver(Months.UNDATED, "undated");
  }

  private Stage silver(Hours hours, String name) throws SQLException {
    Tables.create(database, BRONZE_AND_SILVER);
    OnePart part =
        new OnePart(
            database,
            name,
            ContentKey.of("silver")
                .code(Silver.class, Block.class)
                .parameter("hours before", String.valueOf(HourWindow.CONTEXT_HOURS)),
            List.of(OnePart.rows(Tables.BRONZE_MEASUREMENT, hours.needed())),
            List.of(
                OnePart.rows(Tables.SILVER_HOUR, hours.written()),
                "silver_reject AS t JOIN bronze_measurement AS b USING (file, line) WHERE "
                    + hours.own()));
    return window(
        "silver",
        part,
        List.of(Tables.BRONZE_MEASUREMENT),
        Tables.SILVER,
        pipeline -> silver(pipeline, hours, part.rows("")));
  }

  /** A stage that makes all or nothing. */
  private Stage window(
      String name, OnePart part, List<Table> reads, List<Table> writes, Stage.Build build)
      throws SQLException {
    if (memory == Memory.NONE) {
      part.keys();
      return new Stage(name, part.rows(""), writes, null, build);
    }
    StageResults results = check(name + " windows", reads, writes, part);
    return new Stage(name, results.rows(), writes, results, build);
  }

  private void silver(Pipeline pipeline, Hours hours, long rows) throws SQLException {
    execute(
        CLEAR_HOURS.formatted(hours.written()),
        "DELETE FROM %s r USING %s b WHERE r.file = b.file AND r.line = b.line AND %s"
            .formatted(Tables.SILVER_REJECT.name(), Tables.BRONZE_MEASUREMENT.name(), hours.own()));
    PCollection<Block> bronze =
        pipeline.apply("Read bronze", read(Tables.BRONZE_MEASUREMENT, hours));
    PCollectionTuple silver = bronze.apply("Silver", Silver.of(hours, rows));
    write(silver.get(Silver.ROWS), Tables.SILVER_HOUR, hours.written());
    write(silver.get(Silver.REJECTS), Tables.SILVER_REJECT);
  }

  /**
   * From {@link Tables#SILVER_HOUR} to {@link Tables#GOLD}; nothing, if both are as they were.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage gold() throws SQLException {
    Tables.create(database, Tables.SILVER);
    if (memory == Memory.NONE) {
      long rows = count(Tables.SILVER_HOUR, "true");
      return new Stage("gold", rows, Tables.GOLD, null, pipeline -> gold(pipeline, rows));
    }
    StageResults results =
        check("gold", List.of(Tables.SILVER_HOUR), Tables.GOLD, new GoldParts(database));
    return new Stage(
        "gold", results.rows(), Tables.GOLD, results, pipeline -> gold(pipeline, results.rows()));
  }

  private void gold(Pipeline pipeline, long rows) throws SQLException {
    Tables.create(database, Tables.GOLD);
    // A run that has become longer or shorter has another key than before.
    execute("DELETE FROM " + Tables.GOLD_EXCEEDANCE_RUN.name());
    PCollection<Block> silver = pipeline.apply("Read silver", hours("true"));
    PCollectionTuple gold = silver.apply("Gold", Gold.withRunsAbove(Gold.UNHEALTHY_ABOVE, rows));
    write(gold.get(Gold.STATION_DAYS), Tables.GOLD_STATION_DAY);
    write(gold.get(Gold.CITY_DAYS), Tables.GOLD_CITY_DAY);
    write(gold.get(Gold.RUNS), Tables.GOLD_EXCEEDANCE_RUN);
    write(gold.get(Gold.RANKING), Tables.GOLD_MONTH_RANKING);
  }

  /**
   * From {@link Tables#SILVER_HOUR} to {@link Tables#GOLD_STATION_DAY}, the days of a window,
   * unless they would come out as they are.
   *
   * @param window of whole days
   * @throws IllegalArgumentException if it begins or ends within a day
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage gold(HourWindow window) throws SQLException {
    requireDays(window);
    Tables.create(database, SILVER_AND_GOLD);
    OnePart part =
        new OnePart(
            database,
            window.toString(),
            ContentKey.of("gold").code(Gold.class, Block.class),
            List.of(OnePart.rows(Tables.SILVER_HOUR, window.written())),
            List.of(OnePart.rows(Tables.GOLD_STATION_DAY, days(window))));
    return window(
        "gold",
        part,
        List.of(Tables.SILVER_HOUR),
        List.of(Tables.GOLD_STATION_DAY),
        pipeline -> {
          execute(CLEAR_DAYS.formatted(window.from().toLocalDate(), window.to().toLocalDate()));
          PCollection<Block> silver =
              pipeline.apply("Read silver", hours(window.written()).key("hour"));
          write(
              silver.apply("Station days", new Gold.StationDays(part.rows(""))),
              Tables.GOLD_STATION_DAY);
        });
  }

  /**
   * From {@link Tables#GOLD_STATION_DAY} and {@link Tables#SILVER_HOUR} to what reaches over
   * stations and windows: days of the city, rankings of months and runs of exceedance, unless they
   * would come out as they are. To be run when the windows are done.
   *
   * @param changed whole days that hold all windows that were run
   * @throws IllegalArgumentException if it begins or ends within a day
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage summary(HourWindow changed) throws SQLException {
    requireDays(changed);
    Tables.create(database, SILVER_AND_GOLD);
    RunReach runs;
    try (Connection connection = database.connect("summary")) {
      runs = RunReach.of(connection, changed, Gold.UNHEALTHY_ABOVE);
    }
    HourWindow months =
        new HourWindow(
            changed.from().toLocalDate().withDayOfMonth(1).atStartOfDay(),
            changed
                .to()
                .minusHours(1)
                .toLocalDate()
                .withDayOfMonth(1)
                .plusMonths(1)
                .atStartOfDay());
    String exceeding = "aqi > %d AND %s".formatted(Gold.UNHEALTHY_ABOVE, runs.hull().written());
    String touched = runs.touched(Gold.UNHEALTHY_ABOVE);
    String month = days(months).replace("day", "month");
    OnePart part =
        new OnePart(
            database,
            changed.toString(),
            ContentKey.of("summary")
                .code(Gold.class, Block.class)
                .parameter("above", String.valueOf(Gold.UNHEALTHY_ABOVE)),
            List.of(
                OnePart.rows(Tables.SILVER_HOUR, exceeding),
                OnePart.rows(Tables.GOLD_STATION_DAY, days(months))),
            List.of(
                OnePart.rows(Tables.GOLD_CITY_DAY, days(months)),
                OnePart.rows(Tables.GOLD_MONTH_RANKING, month),
                OnePart.rows(Tables.GOLD_EXCEEDANCE_RUN, touched)));
    return window(
        "summary",
        part,
        List.of(Tables.SILVER_HOUR, Tables.GOLD_STATION_DAY),
        List.of(Tables.GOLD_CITY_DAY, Tables.GOLD_MONTH_RANKING, Tables.GOLD_EXCEEDANCE_RUN),
        pipeline -> {
          execute(
              "DELETE FROM gold_city_day WHERE " + days(months),
              "DELETE FROM gold_month_ranking WHERE " + month,
              "DELETE FROM gold_exceedance_run WHERE " + touched);
          PCollectionTuple city =
              pipeline
                  .apply("Read days", read(Tables.GOLD_STATION_DAY).where(days(months)))
                  .apply("City", new Gold.City(part.rows("")));
          write(city.get(Gold.CITY_DAYS), Tables.GOLD_CITY_DAY);
          write(city.get(Gold.RANKING), Tables.GOLD_MONTH_RANKING);
          PCollection<Block> hours =
              pipeline.apply("Read hours of exceedance", hours(exceeding).key("hour"));
          write(
              hours.apply("Runs", new Gold.Runs(Gold.UNHEALTHY_ABOVE, runs, part.rows(""))),
              Tables.GOLD_EXCEEDANCE_RUN);
        });
  }

  private static void requireDays(HourWindow window) {
    if (window.from().getHour() != 0 || window.to().getHour() != 0) {
      throw new IllegalArgumentException(
          "Invalid window: %s (must be of whole days)".formatted(window));
    }
  }

  private static String days(HourWindow window) {
    return "day >= '%s' AND day < '%s'"
        .formatted(window.from().toLocalDate(), window.to().toLocalDate());
  }

  private ReadTable hours(String where) {
    return ReadTable.from(database, Tables.SILVER_HOUR.name())
        .columns(Gold.INPUT.toArray(String[]::new))
        .where(where);
  }

  /** What hours there are in the database. */
  public Coverage coverage() {
    return new Coverage(database);
  }

  /**
   * The name under which a database remembers what was done of this medallion.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public String job() throws SQLException {
    return "air quality in " + schema();
  }

  /**
   * What stands out in the gold layer.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Highlights highlights() throws SQLException {
    try (Connection connection = database.connect("highlights")) {
      return Highlights.of(connection);
    }
  }

  private StageResults check(String stage, List<Table> reads, List<Table> writes, Parts parts)
      throws SQLException {
    String inSchema = schema();
    List<String> tables =
        Stream.concat(reads.stream(), writes.stream())
            .map(table -> inSchema + "." + table.name())
            .toList();
    return new StageResults(
        TableResults.in(database), inSchema + "." + stage, tables, parts, memory == Memory.USED);
  }

  /** Another schema has another medallion. */
  private String schema() throws SQLException {
    String known = schema;
    if (known == null) {
      try (Connection connection = database.connect("schema")) {
        known = connection.getSchema();
      }
      schema = known;
    }
    return known;
  }

  /** A window is found by its hours; for months, and for all, the table is read as it lies. */
  private ReadTable read(Table table, Hours hours) {
    ReadTable read = read(table).where(hours.needed());
    return hours instanceof HourWindow && !hours.equals(HourWindow.ALL)
        ? read.key(LocalHour.COLUMN)
        : read;
  }

  private ReadTable read(Table table) {
    return ReadTable.from(database, table.name())
        .columns(table.schema().names().toArray(String[]::new));
  }

  private void write(PCollection<Block> blocks, Table table) {
    blocks.apply(Stage.writeStep(table), upsert(table));
  }

  /** Writes rows of a part of a table, straight if there are none of it. */
  private void write(PCollection<Block> blocks, Table table, String part) throws SQLException {
    WriteTable upsert = upsert(table);
    blocks.apply(Stage.writeStep(table), isEmpty(table, part) ? upsert.expectingNew() : upsert);
  }

  /** Rows that stay as they are have what is made of them stay, too. */
  private WriteTable upsert(Table table) {
    return WriteTable.into(database, table.name()).upsert(table.upsertKey()).unlessEqual();
  }

  private boolean isEmpty(Table table, String condition) throws SQLException {
    try (Connection connection = database.connect("window")) {
      return !Coverage.exists(connection, table, condition);
    }
  }

  private long count(Table table, String where) throws SQLException {
    try (Connection connection = database.connect("count");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(*) FROM " + table.name() + " WHERE " + where)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String... all) throws SQLException {
    try (Connection connection = database.connect("clear");
        Statement statement = connection.createStatement()) {
      for (String sql : all) {
        statement.execute(sql);
      }
    }
  }
}
