// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.csv.CsvFile;
import dev.millrace.pipelines.airquality.csv.Uci;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import dev.millrace.testing.PostgresExtension;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The medallion window by window leaves what the whole leaves; two stations, March and April. */
class WindowsTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final List<String> TABLES =
      Stream.of(Tables.SILVER, Tables.GOLD).flatMap(List::stream).map(Table::name).toList();

  private static final LocalDate FIRST = LocalDate.of(2013, 3, 1);
  private static final int DAYS = 40;
  private static final HourWindow ALL = days(0, DAYS);

  private final Path folder;
  private final AirQuality airQuality = AirQuality.in(ConnectionSpec.of(postgres.jdbcUrl()));

  WindowsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void deliver() throws SQLException {
    postgres.execute(
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "DROP SCHEMA IF EXISTS millrace CASCADE");
    GeneratedData.ofSeed(4).withStations(2).withHours(24 * DAYS).writeTo(folder);
    run(airQuality.bronze(folder));
    postgres.execute("UPDATE bronze_measurement SET hour = '25' WHERE line = 100");
  }

  @Test
  void windows_shouldLeaveWhatTheWholeLeaves_whateverTheirOrder() throws SQLException {
    List<HourWindow> windows = new ArrayList<>();
    for (int day = 0; day < DAYS; day += 8) {
      windows.add(days(day, day + 8));
    }
    Collections.shuffle(windows, new Random(1));
    run(airQuality.undated());
    for (HourWindow window : windows) {
      run(airQuality.silver(window));
      run(airQuality.gold(window));
    }
    run(airQuality.summary(ALL));
    List<String> byWindow = postgres.contents(TABLES);
    assertThat(byWindow).anyMatch(row -> row.startsWith("gold_exceedance_run"));
    assertThat(byWindow).anyMatch(row -> row.startsWith("silver_reject"));

    assertThat(whole()).isEqualTo(byWindow);
  }

  @Test
  void summaries_shouldLeaveWhatOneLeaves_whateverTheirRanges() throws SQLException {
    run(airQuality.undated());
    run(airQuality.silver(ALL));
    run(airQuality.gold(ALL));
    List<HourWindow> ranges = new ArrayList<>();
    for (int day = 0; day < DAYS; day += 3) {
      ranges.add(days(day, Math.min(day + 3, DAYS)));
    }
    Collections.shuffle(ranges, new Random(2));
    for (HourWindow range : ranges) {
      run(airQuality.summary(range));
    }
    List<String> byRange = postgres.contents(TABLES);
    assertThat(
            postgres.value(
                "SELECT count(*) FROM gold_exceedance_run WHERE hours > 2 * 24", Long.class))
        .as("runs that are longer than it is to an edge")
        .isPositive();

    assertThat(whole()).isEqualTo(byRange);
  }

  @Test
  void window_shouldBeLeftOut_whenNothingItNeedsHasChanged() throws SQLException {
    List<HourWindow> windows = List.of(days(0, 10), days(10, 20), days(20, 30));
    for (HourWindow window : windows) {
      run(airQuality.silver(window));
      run(airQuality.gold(window));
    }
    run(airQuality.summary(days(0, 30)));

    // The last day of the second, which the third needs for its averages.
    postgres.execute("UPDATE bronze_measurement SET pm25 = '999' WHERE local_hour ^@ '2013-03-20'");

    assertThat(airQuality.silver(windows.get(0)).isUnchanged()).isTrue();
    assertThat(airQuality.gold(windows.get(0)).isUnchanged()).isTrue();
    assertThat(airQuality.silver(windows.get(2)).expectedRows()).isEqualTo(2 * 24 * 11);
    for (HourWindow window : windows) {
      runChanged(airQuality.silver(window));
      runChanged(airQuality.gold(window));
    }
    runChanged(airQuality.summary(days(10, 30)));
    List<String> mended = postgres.contents(TABLES);
    postgres.execute("DELETE FROM bronze_measurement WHERE local_hour >= '2013-03-31'");
    postgres.execute("DELETE FROM bronze_measurement WHERE local_hour IS NULL");

    assertThat(whole()).isEqualTo(mended);
    assertThat(mended).anyMatch(row -> row.contains("2013-03-20") && row.contains("500"));
  }

  @Test
  void window_shouldClearWhatIsThereNoMore() throws SQLException {
    run(airQuality.silver(ALL));
    run(airQuality.gold(ALL));
    run(airQuality.summary(ALL));
    postgres.execute(
        "DELETE FROM bronze_measurement WHERE local_hour ^@ '2013-03-05'",
        "UPDATE bronze_measurement SET day = '9' WHERE local_hour ^@ '2013-03-08'");

    run(airQuality.silver(days(0, 10)));
    run(airQuality.gold(days(0, 10)));
    run(airQuality.summary(days(0, 10)));
    run(airQuality.undated());
    List<String> mended = postgres.contents(TABLES);

    assertThat(mended).noneMatch(row -> row.matches("(silver_hour|gold_station).*2013-03-0[58].*"));
    assertThat(whole()).isEqualTo(mended);
  }

  @Test
  void bronze_shouldForgetLinesThatANewDeliveryHasNoMore() throws SQLException, IOException {
    long before = rows("bronze_measurement");
    Path file = Path.of(CsvFile.in(folder, Uci.FILES).get(0).location());
    List<String> lines;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      lines = reader.lines().toList();
    }
    try (Writer writer =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      // One is a reject now, and thirty are gone.
      for (String line : lines.subList(0, lines.size() - 30)) {
        writer.write(line.startsWith("7,") ? "7\r\n" : line + "\r\n");
      }
    }

    run(airQuality.bronze(folder));

    assertThat(rows("bronze_measurement")).isEqualTo(before - 31);
    assertThat(rows("bronze_reject")).isEqualTo(1);
  }

  @Test
  void gold_shouldRefuseAWindowThatEndsWithinADay() {
    LocalDateTime from = FIRST.atStartOfDay();
    assertThatThrownBy(() -> airQuality.gold(new HourWindow(from, from.plusHours(30))))
        .hasMessage("Invalid window: 2013-03-01T00:00/2013-03-02T06:00 (must be of whole days)");
  }

  /** What a run over all makes of bronze, with nothing there. */
  private List<String> whole() throws SQLException {
    for (String table : TABLES) {
      postgres.execute("TRUNCATE " + table);
    }
    AirQuality again = airQuality.withoutMemory();
    run(again.silver());
    run(again.gold());
    return postgres.contents(TABLES);
  }

  private static HourWindow days(int from, int to) {
    return new HourWindow(FIRST.plusDays(from).atStartOfDay(), FIRST.plusDays(to).atStartOfDay());
  }

  private static void runChanged(Stage stage) throws SQLException {
    if (!stage.isUnchanged()) {
      run(stage);
    }
  }

  private static void run(Stage stage) throws SQLException {
    assertThat(stage.isUnchanged()).isFalse();
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    stage.applyTo(pipeline);
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    assertThat(stage.counts(result).read()).isEqualTo(stage.expectedRows());
    stage.keep();
  }

  private static long rows(String table) throws SQLException {
    return postgres.value("SELECT count(*) FROM " + table + " x", Long.class);
  }
}
