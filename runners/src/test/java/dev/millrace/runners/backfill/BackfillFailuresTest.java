// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.UnitLedger;
import dev.millrace.runners.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Units that fail, hang or lose their server: they are told, and the others go on. */
class BackfillFailuresTest extends Backfills {
  BackfillFailuresTest(@TempDir Path folder) {
    super(folder);
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
}
