// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.block.Block;
import dev.millrace.cache.result.TableResults;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.bronze.Bronze;
import dev.millrace.pipelines.airquality.csv.CsvException;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.gold.Gold;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.silver.Hours;
import dev.millrace.pipelines.airquality.silver.Silver;
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
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;

/**
 * The medallion of air-quality data in one PostgreSQL database: three pipelines that run one after
 * another or alone, each from what the one before wrote.
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
  private final ConnectionSpec database;
  private final Memory memory;

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
      return new Stage("bronze", lines, Tables.BRONZE, null, pipeline -> bronze(pipeline, files));
    }
    StageResults results = check("bronze", List.of(), Tables.BRONZE, parts);
    return new Stage(
        "bronze",
        results.rows(),
        Tables.BRONZE,
        results,
        pipeline -> bronze(pipeline, parts.files(results.changed())));
  }

  private void bronze(Pipeline pipeline, List<CsvFile> files) throws SQLException {
    Tables.create(database, Tables.BRONZE);
    try (Connection connection = database.connect("bronze");
        PreparedStatement clear =
            connection.prepareStatement(
                "DELETE FROM " + Tables.BRONZE_REJECT.name() + " WHERE file = ANY (?)")) {
      String[] names = files.stream().map(CsvFile::name).toArray(String[]::new);
      clear.setArray(1, connection.createArrayOf("text", names));
      clear.executeUpdate();
    }
    PCollectionTuple read = pipeline.apply("Read files", Bronze.of(files));
    write(read.get(Bronze.ROWS), Tables.BRONZE_MEASUREMENT);
    write(read.get(Bronze.REJECTS), Tables.BRONZE_REJECT);
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
    Tables.create(database, Tables.BRONZE);
    SilverParts parts = new SilverParts(database);
    StageResults results =
        check("silver", List.of(Tables.BRONZE_MEASUREMENT), Tables.SILVER, parts);
    return new Stage(
        "silver",
        parts.needed(results.changed()),
        Tables.SILVER,
        results,
        pipeline -> silver(pipeline, parts.hours(results.changed())));
  }

  /**
   * From {@link Tables#BRONZE_MEASUREMENT} to {@link Tables#SILVER}, the hours of a window, whether
   * they have changed or not.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage silver(HourWindow window) throws SQLException {
    Tables.create(database, Tables.BRONZE);
    return new Stage(
        "silver",
        count(Tables.BRONZE_MEASUREMENT, window.needed()),
        Tables.SILVER,
        null,
        pipeline -> silver(pipeline, window));
  }

  private void silver(Pipeline pipeline, Hours hours) throws SQLException {
    Tables.create(database, Tables.SILVER);
    execute(
        "DELETE FROM %s r USING %s b WHERE r.file = b.file AND r.line = b.line AND %s"
            .formatted(Tables.SILVER_REJECT.name(), Tables.BRONZE_MEASUREMENT.name(), hours.own()));
    PCollection<Block> bronze =
        pipeline.apply("Read bronze", read(Tables.BRONZE_MEASUREMENT).where(hours.needed()));
    PCollectionTuple silver = bronze.apply("Silver", Silver.of(hours));
    write(silver.get(Silver.ROWS), Tables.SILVER_HOUR);
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
      return new Stage("gold", rows, Tables.GOLD, null, this::gold);
    }
    StageResults results =
        check("gold", List.of(Tables.SILVER_HOUR), Tables.GOLD, new GoldParts(database));
    return new Stage("gold", results.rows(), Tables.GOLD, results, this::gold);
  }

  private void gold(Pipeline pipeline) throws SQLException {
    Tables.create(database, Tables.GOLD);
    // A run that has become longer or shorter has another key than before.
    execute("DELETE FROM " + Tables.GOLD_EXCEEDANCE_RUN.name());
    PCollection<Block> silver =
        pipeline.apply(
            "Read silver", read(Tables.SILVER_HOUR).columns(Gold.INPUT.toArray(String[]::new)));
    PCollectionTuple gold = silver.apply("Gold", Gold.withRunsAbove(Gold.UNHEALTHY_ABOVE));
    write(gold.get(Gold.STATION_DAYS), Tables.GOLD_STATION_DAY);
    write(gold.get(Gold.CITY_DAYS), Tables.GOLD_CITY_DAY);
    write(gold.get(Gold.RUNS), Tables.GOLD_EXCEEDANCE_RUN);
    write(gold.get(Gold.RANKING), Tables.GOLD_MONTH_RANKING);
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
    String schema = schema();
    List<String> tables =
        Stream.concat(reads.stream(), writes.stream())
            .map(table -> schema + "." + table.name())
            .toList();
    return new StageResults(
        TableResults.in(database), schema + "." + stage, tables, parts, memory == Memory.USED);
  }

  /** Another schema has another medallion. */
  private String schema() throws SQLException {
    try (Connection connection = database.connect("schema")) {
      return connection.getSchema();
    }
  }

  private ReadTable read(Table table) {
    return ReadTable.from(database, table.name())
        .columns(table.schema().names().toArray(String[]::new));
  }

  private void write(PCollection<Block> blocks, Table table) {
    blocks.apply(
        Stage.writeStep(table), WriteTable.into(database, table.name()).upsert(table.upsertKey()));
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

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.connect("clear");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
