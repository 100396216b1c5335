// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cache.result.TableResult;
import dev.millrace.cache.result.TableResults;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.testing.PostgresExtension;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Runs over what is as it was, in whole or in part; the months are March to June of 2013. */
class UnchangedTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final int STATIONS = 2;
  private static final int HOURS = 2_500;
  private static final int ROWS = STATIONS * HOURS;
  private static final int DAY = 24 * STATIONS;
  private static final List<String> SILVER = List.of("silver_hour", "silver_reject");
  private static final List<String> GOLD =
      List.of("gold_station_day", "gold_city_day", "gold_exceedance_run", "gold_month_ranking");

  private final Path folder;
  private final ConnectionSpec database = ConnectionSpec.of(postgres.jdbcUrl());
  private final AirQuality airQuality = AirQuality.in(database);

  UnchangedTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void runAll() throws SQLException {
    GeneratedData.ofSeed(11).withStations(STATIONS).withHours(HOURS).writeTo(folder);
    run(airQuality.bronze(folder));
    run(airQuality.silver());
    run(airQuality.gold());
  }

  @AfterEach
  void drop() throws SQLException {
    postgres.execute(
        "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "DROP SCHEMA millrace CASCADE");
  }

  @Test
  void run_shouldLeaveOutAllTheSecondTime() throws SQLException {
    Stage bronze = airQuality.bronze(folder);
    Stage silver = airQuality.silver();
    Stage gold = airQuality.gold();

    assertThat(List.of(bronze, silver, gold)).allMatch(Stage::isUnchanged);
    assertThat(silver.expectedRows()).isZero();
    assertSkipped(bronze, "files", 2, 2, ROWS);
    assertSkipped(silver, "months", 4, 4, ROWS);
    assertSkipped(gold, "parts", 1, 1, ROWS);
    assertThat(silver.noCounts().written()).containsEntry("silver_hour", 0L).hasSize(2);
  }

  @Test
  void silver_shouldMakeTheMonthOfAChangedRow() throws SQLException {
    change("2013", "4", "10", "SET pm25 = '500'");

    Stage silver = airQuality.silver();

    assertSkipped(silver, "months", 3, 4, ROWS - 30 * DAY);
    assertThat(silver.expectedRows()).isEqualTo(31 * DAY);
    assertThat(run(silver).written()).containsEntry("silver_hour", 30L * DAY);
    assertMendedWhole();
  }

  @Test
  void silver_shouldMakeTheNextMonthToo_whenTheLastDayIsChanged() throws SQLException {
    change("2013", "4", "30", "SET pm25 = '500'");

    Stage silver = airQuality.silver();

    assertSkipped(silver, "months", 2, 4, ROWS - 61 * DAY);
    assertThat(run(silver).written()).containsEntry("silver_hour", 61L * DAY);
    assertMendedWhole();
  }

  @Test
  void silver_shouldMakeMonthsThatAreApart() throws SQLException {
    change("2013", "3", "10", "SET pm25 = '500'");
    change("2013", "5", "10", "SET o3 = 'much'");

    Stage silver = airQuality.silver();

    assertSkipped(silver, "months", 2, 4, ROWS - 62 * DAY);
    assertThat(silver.expectedRows()).isEqualTo(63 * DAY);
    assertThat(run(silver).written()).containsEntry("silver_hour", 62L * DAY);
    assertMendedWhole();
  }

  @Test
  void silver_shouldMakeTheMonthOfARowThatIsGone() throws SQLException {
    List<String> before = postgres.contents(SILVER);
    postgres.execute("DELETE FROM silver_hour WHERE hour = '2013-05-05 05:00' AND pm25 = pm25");

    Stage silver = airQuality.silver();
    assertSkipped(silver, "months", 3, 4, ROWS - 31 * DAY);
    run(silver);

    assertThat(postgres.contents(SILVER)).isEqualTo(before);
    assertThat(airQuality.gold().isUnchanged()).isTrue();
  }

  @Test
  void silver_shouldMakeTheMonthOfARejectThatIsGone() throws SQLException {
    change("2013", "4", "10", "SET wd = 'up'");
    run(airQuality.silver());
    assertThat(airQuality.silver().isUnchanged()).isTrue();
    postgres.execute("DELETE FROM silver_reject WHERE column_name = 'wd'");

    assertSkipped(airQuality.silver(), "months", 3, 4, ROWS - 30 * DAY);
  }

  @Test
  void silver_shouldKeepRowsWithoutAnHourAsAPart() throws SQLException {
    change("2013", "4", "10", "SET hour = '+7'");
    change("2013", "4", "11", "SET month = '13'");

    Stage silver = airQuality.silver();
    assertSkipped(silver, "parts", 3, 5, ROWS - 30 * DAY);
    run(silver);

    assertThat(
            postgres.query(
                "SELECT column_name || ' ' || value || ' ' || reason FROM silver_reject"
                    + " WHERE whole_row ORDER BY 1",
                row -> row.getString(1)))
        .containsExactly(
            "hour +7 is not written in plain digits",
            "month 13 is not a whole number from 1 to 12");
    postgres.execute("DELETE FROM silver_reject WHERE value = '13'");
    Stage again = airQuality.silver();
    assertSkipped(again, "parts", 4, 5, ROWS - 2);
    assertThat(run(again).rejected()).isEqualTo(2);
    assertThat(airQuality.silver().isUnchanged()).isTrue();
    postgres.execute("DELETE FROM silver_hour WHERE hour >= '2013-04-10' AND hour < '2013-04-12'");
    run(airQuality.silver());
    assertMendedWhole();
  }

  @Test
  void gold_shouldBeMadeAgain_whenARowIsGone() throws SQLException {
    List<String> before = postgres.contents(GOLD);
    postgres.execute("DELETE FROM gold_city_day WHERE day = '2013-04-04'");

    assertThat(airQuality.silver().isUnchanged()).isTrue();
    run(airQuality.gold());

    assertThat(postgres.contents(GOLD)).isEqualTo(before);
    assertThat(airQuality.gold().isUnchanged()).isTrue();
  }

  @Test
  void run_shouldMakeAll_whenAnythingElseDecides() throws SQLException {
    // As a version before this one, or other parameters, left them.
    postgres.execute("UPDATE millrace.result SET key = md5(key)");

    assertSkipped(airQuality.bronze(folder), "files", 0, 2, 0);
    assertSkipped(airQuality.silver(), "months", 0, 4, 0);
    assertSkipped(airQuality.gold(), "parts", 0, 1, 0);
    assertThat(airQuality.silver().expectedRows()).isEqualTo(ROWS);
  }

  @Test
  void run_shouldMakeAllWithoutCache_andKeepIt() throws SQLException {
    postgres.execute("DELETE FROM millrace.result");
    AirQuality without = airQuality.withoutCache();

    Stage silver = without.silver();
    assertThat(run(silver).read()).isEqualTo(ROWS);
    assertThat(requireNonNull(without.silver().skipped()).parts()).isZero();
    assertThat(airQuality.silver().isUnchanged()).isTrue();
  }

  @Test
  void run_shouldNeitherAskNorKeepWithoutMemory() throws SQLException {
    List<TableResult> before = TableResults.in(database).list();
    AirQuality without = airQuality.withoutMemory();

    assertThat(run(without.bronze(folder)).read()).isEqualTo(ROWS);
    assertThat(run(without.silver()).read()).isEqualTo(ROWS);
    assertThat(run(without.gold()).read()).isEqualTo(ROWS);
    assertThat(without.gold().skipped()).isNull();
    assertThat(TableResults.in(database).list()).isEqualTo(before);
    assertThat(airQuality.silver().isUnchanged()).isTrue();
  }

  @Test
  void run_shouldMakeAgainWhatWasNotKept() throws SQLException {
    postgres.execute("DELETE FROM millrace.result");
    runOnly(airQuality.silver());

    assertThat(airQuality.silver().isUnchanged()).isFalse();
  }

  @Test
  void keep_shouldLeaveOutWhatChangedDuringTheRun() throws SQLException {
    postgres.execute("DELETE FROM millrace.result");
    Stage silver = airQuality.silver();
    runOnly(silver);
    change("2013", "4", "10", "SET pm25 = '500'");
    silver.keep();

    assertThat(TableResults.in(database).list())
        .extracting(TableResult::part)
        .containsExactly("2013-03", "2013-05", "2013-06");
    assertSkipped(airQuality.silver(), "months", 3, 4, ROWS - 30 * DAY);
  }

  @Test
  void bronze_shouldReadAFileAgain_whenItsRowsOrBytesChanged() throws SQLException {
    List<String> before = postgres.contents(List.of("bronze_measurement"));
    postgres.execute("DELETE FROM bronze_measurement WHERE line = 7 AND station = 'Changping'");
    Stage bronze = airQuality.bronze(folder);
    assertSkipped(bronze, "files", 1, 2, HOURS);
    assertThat(run(bronze).read()).isEqualTo(HOURS);
    assertThat(postgres.contents(List.of("bronze_measurement"))).isEqualTo(before);

    GeneratedData.ofSeed(12).withStations(1).withHours(HOURS).writeTo(folder);
    assertSkipped(airQuality.bronze(folder), "files", 1, 2, HOURS);
  }

  @Test
  void result_shouldNameTheTables() throws SQLException {
    assertThat(TableResults.in(database).list())
        .filteredOn(each -> each.stage().equals("public.silver"))
        .allSatisfy(
            each ->
                assertThat(each.tags())
                    .containsExactly(
                        "public.bronze_measurement", "public.silver_hour", "public.silver_reject"));
    assertThat(TableResults.in(database).forgetTable("public.silver_hour")).isEqualTo(5);
  }

  /** Changes one bronze row of a day. */
  private static void change(String year, String month, String day, String set)
      throws SQLException {
    postgres.execute(
        """
        UPDATE bronze_measurement %s WHERE (file, line) = (
          SELECT file, line FROM bronze_measurement
          WHERE year = '%s' AND month = '%s' AND day = '%s' AND pm25 <> '500'
          ORDER BY file, line LIMIT 1)
        """
            .formatted(set, year, month, day));
  }

  /** What is there now is what a run makes that knows nothing and begins with empty tables. */
  private void assertMendedWhole() throws SQLException {
    run(airQuality.gold());
    List<String> silver = postgres.contents(SILVER);
    List<String> gold = postgres.contents(GOLD);
    postgres.execute("TRUNCATE " + String.join(", ", SILVER));
    postgres.execute("TRUNCATE " + String.join(", ", GOLD));
    run(airQuality.withoutCache().silver());
    run(airQuality.withoutCache().gold());

    assertThat(silver).isEqualTo(postgres.contents(SILVER));
    assertThat(gold).isEqualTo(postgres.contents(GOLD));
  }

  private static void assertSkipped(Stage stage, String unit, int parts, int of, long rows) {
    Stage.Skipped skipped = requireNonNull(stage.skipped());
    assertThat(skipped.unit()).isEqualTo(unit);
    assertThat(List.of(skipped.parts(), skipped.of())).containsExactly(parts, of);
    assertThat(skipped.rows()).isEqualTo(rows);
    assertThat(skipped.seconds() > 0).isEqualTo(parts > 0);
    assertThat(skipped.checkSeconds()).isPositive();
  }

  private static Stage.Counts run(Stage stage) throws SQLException {
    Stage.Counts counts = runOnly(stage);
    stage.keep();
    return counts;
  }

  private static Stage.Counts runOnly(Stage stage) throws SQLException {
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    stage.applyTo(pipeline);
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    Stage.Counts counts = stage.counts(result);
    assertThat(counts.read()).isEqualTo(stage.expectedRows());
    return counts;
  }
}
