// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.UnitLedger;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.pipelines.airquality.table.Table;
import dev.millrace.pipelines.airquality.table.Tables;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two stations, from March to the ninth of April of 2013: windows of two months. */
class BackfillCommandTest {
  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static final int ROWS = 2 * 24 * 40;

  /** Of the medallion. */
  static final List<String> TABLES =
      Stream.of(Tables.BRONZE, Tables.SILVER, Tables.GOLD)
          .flatMap(List::stream)
          .map(Table::name)
          .toList();

  private final Path data;
  private TestConsole console = new TestConsole();

  BackfillCommandTest(@TempDir Path folder) {
    data = folder.resolve("data");
  }

  @BeforeEach
  void deliver() throws SQLException, IOException {
    postgres.execute(
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "DROP SCHEMA IF EXISTS millrace CASCADE");
    Files.createDirectories(data);
    GeneratedData.ofSeed(4).withStations(2).withHours(24 * 40).writeTo(data);
  }

  private int backfill(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "backfill",
                "--from=2013-03-01",
                "--to=2013-04-30",
                "--target=" + postgres.jdbcUrl(),
                "--data=" + data,
                "--json"));
    for (String word : more) {
      words.removeIf(
          given ->
              word.contains("=") && given.startsWith(word.substring(0, word.indexOf('=') + 1)));
      words.add(word);
    }
    console = new TestConsole();
    return console.run(words.toArray(String[]::new));
  }

  private static long unfinished() throws SQLException {
    return postgres.value(
        "SELECT count(*) FROM millrace.unit WHERE state NOT IN ('done', 'skipped')", Long.class);
  }

  private JsonNode stage(String name) throws IOException {
    return console.json().required("units").required(name);
  }

  private void assertUnits(String stage, int units, int done, int unchanged, int failed)
      throws IOException {
    JsonNode told = stage(stage);
    assertThat(
            List.of(
                told.required("units").asInt(),
                told.required("done").asInt(),
                told.required("unchanged").asInt(),
                told.required("failed").asInt()))
        .as(stage + " of " + console.json())
        .containsExactly(units, done, unchanged, failed);
  }

  @Test
  void backfill_shouldMakeAll_andNothingTheSecondTime() throws Exception {
    assertThat(backfill()).as(console.err()).isEqualTo(ExitCode.DONE);

    assertUnits("bronze", 2, 2, 0, 0);
    assertUnits("silver", 3, 3, 0, 0);
    assertUnits("gold", 2, 2, 0, 0);
    assertUnits("summary", 1, 1, 0, 0);
    assertThat(stage("bronze").required("rows_written").asLong()).isEqualTo(ROWS);
    assertThat(stage("silver").required("rows_written").asLong()).isEqualTo(ROWS);
    List<String> made = postgres.contents(TABLES);
    assertThat(made).anyMatch(row -> row.startsWith("gold_month_ranking"));
    assertThat(console.err()).contains("silver 2013-03: 1,488 read, 1,488 written");

    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    assertUnits("bronze", 2, 0, 2, 0);
    assertUnits("silver", 3, 0, 3, 0);
    assertUnits("gold", 2, 0, 2, 0);
    assertUnits("summary", 0, 0, 0, 0);

    postgres.execute("UPDATE bronze_measurement SET pm25 = '1' WHERE local_hour ^@ '2013-03-31'");
    assertThat(backfill("--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(plan("bronze")).containsExactly("run", "run");
    assertThat(backfill("--resume")).isEqualTo(ExitCode.DONE);
    assertUnits("silver", 3, 0, 3, 0);
    // The file is what it was, but its rows are not.
    assertThat(postgres.contents(TABLES)).isNotEqualTo(made);
    assertThat(backfill("--force=2013-04")).isEqualTo(ExitCode.DONE);
    assertUnits("bronze", 2, 2, 0, 0);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
  }

  @ParameterizedTest
  @CsvSource({"window,4", "stage,6"})
  void backfill_shouldMakeTheSame_inFreshJvms(String isolation, int processes) throws Exception {
    assertThat(backfill()).as(console.err()).isEqualTo(ExitCode.DONE);
    List<String> made = postgres.contents(TABLES);
    deliver();

    int code = backfill("--isolate=" + isolation, "--jvm=-Xmx256m -XX:TieredStopAtLevel=1");

    assertThat(code).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
    assertUnits("silver", 3, 3, 0, 0);
    JsonNode jvms = console.json().required("jvms");
    // And one for each file.
    assertThat(jvms.required("processes").asInt()).isEqualTo(2 + processes);
    assertThat(jvms.required("peak_rss_bytes").asLong()).isPositive();
    assertThat(jvms.required("start_up_seconds").asDouble()).isPositive();
  }

  @Test
  void backfill_shouldSummariseTheSame_inRanges() throws Exception {
    assertThat(backfill()).as(console.err()).isEqualTo(ExitCode.DONE);
    List<String> made = postgres.contents(TABLES);
    deliver();

    // Three days each, and 25 days a summary.
    assertThat(backfill("--window=150rows")).as(console.err()).isEqualTo(ExitCode.DONE);

    assertUnits("summary", 2, 2, 0, 0);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
    assertThat(unfinished()).isZero();
  }

  @Test
  void backfill_shouldGoOn_whenAUnitFails() throws Exception {
    Path bad = data.resolve("PRSA_Data_Bad.csv");
    Files.writeString(bad, "no,such,columns\n1,2,3\n");

    assertThat(backfill("--retries=0")).isEqualTo(ExitCode.FAILED);

    assertUnits("bronze", 3, 2, 0, 1);
    assertUnits("silver", 3, 3, 0, 0);
    assertUnits("summary", 1, 1, 0, 0);
    JsonNode failure = console.json().required("failures").get(0);
    assertThat(failure.required("part").asText()).endsWith("PRSA_Data_Bad.csv");
    assertThat(failure.required("reason").asText()).startsWith("Cannot read PRSA_Data_Bad.csv: ");

    assertThat(backfill("--dry-run")).isEqualTo(ExitCode.DONE);
    assertThat(console.json().required("plan").toString())
        .contains("it failed: Cannot read PRSA_Data_Bad.csv");
    assertThat(backfill("--retry-failed", "--retries=0")).isEqualTo(ExitCode.FAILED);
    assertUnits("bronze", 1, 0, 0, 1);
    assertUnits("silver", 0, 0, 0, 0);
  }

  @Test
  void backfill_shouldMakeTheSummary_whenARunDiedBeforeIt() throws Exception {
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    List<String> made = postgres.contents(TABLES);
    // As a run that was killed when all windows were done, and one whose range was shorter.
    postgres.execute(
        "UPDATE millrace.unit SET state = 'planned' WHERE stage = 'summary'",
        "INSERT INTO millrace.unit (job, stage, part, state, run) VALUES"
            + " ('air quality in public', 'summary', '2013-03-01/2013-03-08', 'failed', 'x')",
        "TRUNCATE gold_month_ranking");

    assertThat(backfill()).isEqualTo(ExitCode.DONE);

    assertUnits("summary", 1, 1, 0, 0);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
    assertThat(unfinished()).isZero();
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    assertUnits("summary", 0, 0, 0, 0);
    assertThat(backfill("--resume", "--force=2013-03")).isEqualTo(ExitCode.DONE);
    assertUnits("gold", 2, 1, 1, 0);
    assertUnits("summary", 1, 1, 0, 0);
  }

  @Test
  void backfill_shouldEndAUnitThatHangs() throws Exception {
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    try (Connection other = postgres.connection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE gold_station_day IN EXCLUSIVE MODE");

      int code =
          backfill(
              "--isolate=stage", "--force=2013-04", "--unit-timeout=30s", "--retries=0", "--quiet");

      assertThat(code).isEqualTo(ExitCode.FAILED);
      assertUnits("silver", 3, 1, 2, 0);
      assertUnits("gold", 2, 0, 1, 1);
      assertThat(console.json().required("failures").toString())
          .contains("Cannot make gold 2013-04: it took longer than 30.0 s");
    }
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    assertUnits("gold", 2, 1, 1, 0);
  }

  /** A row that another transaction has inserted, and may take back, holds up its window alone. */
  @Test
  void backfill_shouldEndAUnitThatHangs_inItsOwnJvm() throws Exception {
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    List<String> made = postgres.contents(TABLES);
    postgres.execute("TRUNCATE gold_station_day");
    try (Connection other = postgres.connection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          "INSERT INTO gold_station_day (station, day)"
              + " SELECT station, '2013-03-05' FROM silver_hour LIMIT 1");

      assertThat(backfill("--unit-timeout=8s", "--retries=0"))
          .as(console.err())
          .isEqualTo(ExitCode.FAILED);

      assertUnits("gold", 2, 1, 0, 1);
      assertThat(console.json().required("failures").toString())
          .contains("Cannot make gold 2013-03: it took longer than 8 s");
      assertNobodyWaits();
    }
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    assertUnits("gold", 2, 1, 1, 0);
    assertThat(postgres.contents(TABLES)).isEqualTo(made);
  }

  /** Before its pipeline runs, as rows of an earlier result are cleared. */
  @Test
  void backfill_shouldEndAUnitThatHangsBeforeItRuns_inItsOwnJvm() throws Exception {
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    try (Connection other = postgres.connection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE gold_station_day IN EXCLUSIVE MODE");

      assertThat(backfill("--force=2013-04", "--unit-timeout=4s", "--retries=0"))
          .as(console.err())
          .isEqualTo(ExitCode.FAILED);

      assertUnits("gold", 2, 0, 1, 1);
      assertNobodyWaits();
    }
  }

  /** But for what was cancelled, and that the server has yet to come to. */
  private static void assertNobodyWaits() throws Exception {
    Instant deadline = Instant.now().plusSeconds(20);
    while (waiting() > 0) {
      assertThat(Instant.now()).as("a session still waits").isBefore(deadline);
      Thread.sleep(50);
    }
  }

  private static long waiting() throws SQLException {
    return postgres.value(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", Long.class);
  }

  @Test
  void backfill_shouldRefuseASecondRun() throws Exception {
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    try (UnitLedger first =
        UnitLedger.open(
            ConnectionSpec.of(postgres.jdbcUrl()), "air quality in public", "the first")) {
      assertThat(backfill()).isEqualTo(ExitCode.ACTIVE);
      assertThat(console.err()).contains("Cannot run job air quality in public: run ");
      first.plan("gold", List.of());
    }
  }

  @Test
  void child_shouldBeReported_whenItRunsOutOfMemory() throws Exception {
    assertChildIsReported("-Xmx12m", "its process ended with exit code");
  }

  @Test
  void child_shouldBeReported_whenItTellsGarbage() throws Exception {
    assertChildIsReported("--version", "its process told no result; its last line was \"");
  }

  private void assertChildIsReported(String jvmFlag, String why) throws IOException {
    int code = backfill("--isolate=window", "--jvm=" + jvmFlag, "--retries=0");

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(console.json().required("failures").get(0).required("reason").asText())
        .contains("Cannot make bronze PRSA_Data_")
        .contains(why);
    assertUnits("bronze", 2, 0, 0, 2);
  }

  @Test
  void backfill_shouldGoOn_whenTheDatabaseCrashes() throws Exception {
    assertThat(backfill()).as(console.err()).isEqualTo(ExitCode.DONE);
    List<String> undisturbed = postgres.contents(TABLES);
    deliver();
    // A test's server loses what was committed just before it crashed, unless it is told not to.
    postgres.execute("ALTER ROLE CURRENT_USER SET synchronous_commit = on");

    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> crash = other.submit(this::crashOverSilver);
      assertThat(backfill("--retries=5")).as(console.err()).isEqualTo(ExitCode.DONE);
      assertThat(crash.get(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      other.shutdownNow();
    }

    assertThat(postgres.contents(TABLES)).isEqualTo(undisturbed);
    assertThat(backfill()).isEqualTo(ExitCode.DONE);
    assertUnits("gold", 2, 0, 2, 0);
  }

  /** A server process that is killed takes all others with it, and the server recovers. */
  private boolean crashOverSilver() throws Exception {
    while (true) {
      try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT pg_backend_pid(), count(*) FROM millrace.unit"
                      + " WHERE stage = 'silver' AND state = 'running'")) {
        row.next();
        if (row.getInt(2) > 0) {
          return ProcessHandle.of(row.getInt(1)).orElseThrow().destroyForcibly();
        }
      } catch (SQLException notYet) {
        assertThat(notYet.getSQLState()).isIn("42P01", "3F000");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void hourly_shouldMakeTheNewestDays() throws Exception {
    console = new TestConsole();
    int code =
        console.run(
            "hourly",
            "--target=" + postgres.jdbcUrl(),
            "--data=" + data,
            "--until=2013-04-05T13",
            "--json");

    assertThat(code).as(console.err()).isEqualTo(ExitCode.DONE);
    assertUnits("bronze", 2, 2, 0, 0);
    assertUnits("silver", 4, 4, 0, 0);
    assertThat(
            postgres.query(
                "SELECT DISTINCT day::text FROM gold_station_day ORDER BY 1",
                row -> row.getString(1)))
        .containsExactly("2013-04-03", "2013-04-04", "2013-04-05");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--to=2013-02-01 | Invalid --to: 2013-02-01 (must not be before --from=2013-03-01)",
        "--to=soon | Invalid --to: soon (must be a day, as in 2013-03-01)",
        "--window=year | Invalid --window: year (must be day, week, month, a number of rows",
        "--isolate=thread | Invalid --isolate: thread (must be none, window or stage)",
        "--concurrent=0 | Invalid --concurrent: 0 (must be a whole number from 1 to 64)",
        "--force=March | Invalid --force: March (must be as in 2013-03, 2013-03-01 or",
        "--jvm=-Xmx1g | Invalid --jvm: -Xmx1g (must be left out without --isolate",
      })
  void backfill_shouldRefuseBadInput(String option, String sentence) {
    assertThat(backfill(option)).isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).contains(sentence);
  }

  private List<String> plan(String stage) throws IOException {
    List<String> actions = new ArrayList<>();
    for (JsonNode unit : console.json().required("plan")) {
      if (unit.required("stage").asText().equals(stage)) {
        actions.add(unit.required("action").asText());
      }
    }
    return actions;
  }
}
