// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.csv.CsvException;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import dev.millrace.testing.PostgresExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Runs of small data: again, of a window, over bad lines, over bad files. */
class ReRunTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final List<String> TABLES =
      Stream.of(Tables.BRONZE, Tables.SILVER, Tables.GOLD)
          .flatMap(List::stream)
          .map(Table::name)
          .toList();

  private static final String HEADER = "\"" + String.join("\",\"", Uci.COLUMNS) + "\"\r\n";

  private final Path folder;
  private final AirQuality airQuality = AirQuality.in(ConnectionSpec.of(postgres.jdbcUrl()));

  ReRunTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void dropTables() throws SQLException {
    postgres.execute("DROP TABLE IF EXISTS " + String.join(", ", TABLES));
  }

  @Test
  void run_shouldLeaveTheSameRowsTheSecondTime() throws SQLException {
    GeneratedData.ofSeed(3).withStations(2).withHours(2_000).writeTo(folder);
    runAll();
    List<String> first = postgres.contents(TABLES);
    runAll();

    assertThat(postgres.contents(TABLES)).isEqualTo(first);
    assertThat(rows("silver_hour")).isEqualTo(4_000);
    assertThat(rows("gold_exceedance_run")).isPositive();
  }

  @Test
  void silver_shouldWriteAWindowAsPartOfTheWhole() throws SQLException {
    GeneratedData.ofSeed(4).withStations(2).withHours(1_000).writeTo(folder);
    run(airQuality.bronze(folder));
    run(airQuality.silver());
    postgres.execute("CREATE TABLE whole AS TABLE silver_hour", "DELETE FROM silver_hour");
    LocalDateTime from = LocalDateTime.of(2013, 3, 20, 7, 0);
    LocalDateTime to = LocalDateTime.of(2013, 4, 3, 15, 0);

    Stage.Counts counts = run(airQuality.silver(new HourWindow(from, to)));

    long hours = 2 * (14 * 24 + 8);
    assertThat(rows("silver_hour")).isEqualTo(hours);
    assertThat(counts.read()).isEqualTo(hours + 2 * HourWindow.CONTEXT_HOURS);
    assertThat(rows("(TABLE silver_hour EXCEPT TABLE whole)")).isZero();
    postgres.execute("DROP TABLE whole");
  }

  @Test
  void silver_shouldNeedTheDayBeforeNewYear() throws SQLException {
    GeneratedData.ofSeed(5).withStations(1).withHours(7_500).writeTo(folder);
    run(airQuality.bronze(folder));
    run(airQuality.silver());

    // 2013-12-31 and 2014-01-01 are grouped apart, and averages still reach across.
    assertThat(
            rows(
                """
                (SELECT FROM (
                   SELECT hour, pm25_24h, trunc(sum(pm25) OVER day / count(pm25) OVER day, 6) AS mean
                   FROM silver_hour
                   WINDOW day AS (ORDER BY hour ROWS 23 PRECEDING)) again
                 WHERE hour >= '2013-12-31' AND hour < '2014-01-02'
                   AND pm25_24h = mean)
                """))
        .isGreaterThan(40);
  }

  @Test
  void run_shouldRejectBadLinesAndValuesAndLoseNone() throws SQLException, IOException {
    ByteArrayOutputStream csv = new ByteArrayOutputStream();
    write(csv, HEADER);
    write(csv, line(0, "9", "Dongsi"));
    write(csv, line(1, "9", "Dongsi").replace("\"Dongsi\"", "\"Dongsi"));
    write(csv, line(2, "nine", "Dongsi"));
    write(csv, line(0, "8", "Dongsi"));
    write(csv, "1,2013\r\n");
    write(csv, line(3, "9\u0000", "Dongsi"));
    write(csv, line(25, "9", "Dongsi"));
    byte[] run = new byte[10 << 20];
    Arrays.fill(run, (byte) '9');
    csv.write(run);
    write(csv, "\r\n" + line(4, "9", "Dongsi"));
    Files.write(folder.resolve("PRSA_Data_Bad.csv"), csv.toByteArray());

    Stage.Counts bronze = run(airQuality.bronze(folder));
    Stage.Counts silver = run(airQuality.silver());

    assertThat(bronze.read()).isEqualTo(9);
    assertThat(bronze.rejected()).isEqualTo(4);
    assertThat(rows("bronze_measurement")).isEqualTo(5);
    assertThat(texts("SELECT line || ': ' || reason FROM bronze_reject ORDER BY line"))
        .containsExactly(
            "3: leaves the quote of field 18 open",
            "6: has 2 fields (must be 18)",
            "7: has a NUL at byte 15",
            "9: is longer than 1048576 bytes");
    assertThat(texts("SELECT payload FROM bronze_reject WHERE line = 7").get(0))
        .contains("9\\x00,");
    assertThat(silver.rejected()).isEqualTo(3);
    assertThat(rows("silver_hour")).isEqualTo(3);
    assertThat(
            texts(
                """
                SELECT line || ': ' || column_name || ' ' || value || ' ' || reason || ' '
                  || whole_row
                FROM silver_reject ORDER BY line
                """))
        .containsExactly(
            "4: PM2.5 nine is no number false",
            "5: hour 2013-03-01T00:00 is there already, from line 2 of PRSA_Data_Bad.csv true",
            "8: hour 25 is not a whole number from 0 to 23 true");
    assertThat(texts("SELECT pm25::text FROM silver_hour ORDER BY hour"))
        .containsExactly("9", null, "9");
  }

  @Test
  void bronze_shouldReadAFileOfManyBlocks() throws SQLException, IOException {
    // More than a call of the reader outputs, so that it has to go on where it ended.
    int lines = 150_000;
    StringBuilder csv = new StringBuilder(HEADER);
    for (int i = 0; i < lines; i++) {
      csv.append(line(i % 24, "9", "Dongsi"));
    }
    Files.writeString(folder.resolve("PRSA_Data_Large.csv"), csv);

    assertThat(run(airQuality.bronze(folder)).read()).isEqualTo(lines);
    assertThat(rows("bronze_measurement")).isEqualTo(lines);
    assertThat(postgres.value("SELECT max(line) FROM bronze_measurement", Long.class))
        .isEqualTo(lines + 1);
  }

  @Test
  void bronze_shouldRefuseATruncatedFileBeforeItWrites() throws IOException, SQLException {
    GeneratedData.ofSeed(6).withStations(2).withHours(5_000).writeTo(folder);
    CsvFile last = CsvFile.in(folder, Uci.FILES).get(1);
    byte[] bytes = Files.readAllBytes(Path.of(last.location()));
    Files.write(Path.of(last.location()), Arrays.copyOf(bytes, bytes.length / 2));

    assertThatThrownBy(() -> airQuality.bronze(folder))
        .isInstanceOf(CsvException.class)
        .hasMessageMatching(
            "Cannot read " + last.name() + ": its gzip data ends early, after line \\d+");
    assertThat(postgres.value("SELECT to_regclass('bronze_measurement') IS NULL", Boolean.class))
        .isTrue();
  }

  @Test
  void gold_shouldRunOverAnEmptySilver() throws SQLException {
    assertThat(run(airQuality.gold()).read()).isZero();
    assertThat(airQuality.highlights()).isEqualTo(new Highlights(null, null, null));
  }

  @Test
  void stage_shouldRefuseATableOfOtherColumns() throws SQLException {
    GeneratedData.ofSeed(7).withStations(1).withHours(30).writeTo(folder);
    postgres.execute("CREATE TABLE bronze_measurement (file text, line bigint)");
    Stage bronze = airQuality.bronze(folder);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());

    assertThatThrownBy(() -> bronze.applyTo(pipeline))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bronze_measurement");
  }

  private void runAll() throws SQLException {
    run(airQuality.bronze(folder));
    run(airQuality.silver());
    run(airQuality.gold());
  }

  private static Stage.Counts run(Stage stage) throws SQLException {
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    stage.applyTo(pipeline);
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    Stage.Counts counts = stage.counts(result);
    assertThat(counts.read()).isEqualTo(stage.expectedRows());
    return counts;
  }

  private static String line(int hour, String pm25, String station) {
    return "1,2013,3,1,%d,%s,9,4,7,300,77,-0.7,1023,-18.8,0,\"NNW\",4.4,\"%s\"\r\n"
        .formatted(hour, pm25, station);
  }

  private static void write(ByteArrayOutputStream csv, String text) throws IOException {
    csv.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> texts(String sql) throws SQLException {
    return postgres.query(sql, row -> row.getString(1));
  }

  private static long rows(String table) throws SQLException {
    return postgres.value("SELECT count(*) FROM " + table + " x", Long.class);
  }
}
