// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Snapshot.Edge;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedRunTest {

  @RegisterExtension static final PostgresExtension database = new PostgresExtension();

  private Path state;
  private Path file;

  @BeforeEach
  void create(@TempDir Path folder) throws Exception {
    state = folder;
    file = folder.resolve("millrace").resolve("history.db");
    database.execute(
        "drop table if exists station, copy",
        "create table station as select i as id, 'S' || i as name from generate_series(1, 1000) i",
        "create table copy (id int primary key, name text)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void run_shouldBeInTheHistory(String runner) throws Exception {
    TestConsole console = console(Map.of());
    assertThat(console.sync(database.jdbcUrl(), "station", "copy", "--runner=" + runner, "--json"))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    RunDetail run = only();
    assertThat(run.line().id()).isEqualTo(console.json().get("run_id").asText());
    assertThat(run.line().status()).isEqualTo(Status.DONE);
    assertThat(run.line().exitCode()).isZero();
    assertThat(run.line().pipeline()).isEqualTo("sync station into copy");
    assertThat(run.line().runner()).isEqualTo(runner);
    assertThat(run.line().totals().rowsRead()).isEqualTo(1000);
    assertThat(run.line().totals().rowsWritten()).isEqualTo(1000);
    assertThat(run.line().totals().cpuSeconds()).isPositive();
    assertThat(run.summary()).isEqualTo(console.out().strip());
    assertThat(run.start().configuration())
        .containsEntry("table", "station")
        .doesNotContainKeys("json", "history");
    Snapshot last = requireNonNull(run.snapshot());
    assertThat(last.totals()).containsEntry("rows_written", 1000.0);
    for (String stage : List.of("read public.station", "write public.copy")) {
      assertThat(last.stages())
          .filteredOn(each -> each.name().equals(stage))
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.rows()).isEqualTo(1000);
                assertThat(each.blocks()).isPositive();
                assertThat(each.bytes()).isGreaterThan(1000 * 4);
              });
    }
    assertThat(last.flow()).containsExactly(new Edge("read public.station", "write public.copy"));
    assertThat(last.metrics()).containsKey("millrace_rows_written_total");
  }

  @Test
  void run_shouldTellWhyRowsWereRejected() throws Exception {
    for (String runner : List.of("direct", "flink")) {
      database.execute(
          "drop table copy",
          "create table copy (id int primary key check (id % 100 <> 7), name varchar(5) not null)",
          "update station set name = null where id in (8, 9)",
          "update station set name = 'S10000' where id = 10");
      TestConsole console = console(Map.of());
      assertThat(
              console.sync(
                  database.jdbcUrl(),
                  "station",
                  "copy",
                  "--runner=" + runner,
                  "--max-rejects=20",
                  "--mode=append"))
          .as(console.err())
          .isEqualTo(ExitCode.DONE);

      RunDetail run = latest();
      Snapshot last = requireNonNull(run.snapshot());
      assertThat(last.rejected())
          .as(runner)
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "check_violation", 10L,
                  "not_null_violation", 2L,
                  "string_data_right_truncation", 1L));
      assertThat(run.line().totals().rowsRejected()).isEqualTo(13);
      assertThat(last.metrics())
          .containsKey("millrace_rows_rejected_total{reason=\"check_violation\"}");
    }
  }

  @Test
  void run_shouldTellHowFarTheHorizonIsBehind() throws Exception {
    database.execute(
        "drop table if exists visit, seen",
        "create table visit as select i as id, now() - interval '1 h' as at"
            + " from generate_series(1, 100) i",
        "alter table visit alter id set not null",
        "create table seen (id int primary key, at timestamptz)");
    TestConsole console = console(Map.of());
    try (Connection holder = database.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("insert into visit values (0, now())");
      statement.execute("select pg_sleep(3)");
      assertThat(console.sync(database.jdbcUrl(), "visit", "seen", "--cursor=at", "--key=id"))
          .as(console.err())
          .isEqualTo(ExitCode.DONE);
      holder.rollback();
    }

    Snapshot last = requireNonNull(only().snapshot());
    assertThat(last.metrics().get("millrace_horizon_lag_seconds")).isBetween(3.0, 300.0);
    assertThat(last.totals()).containsEntry("rows_written", 100.0);
    assertThat(only().series().values()).containsKey("millrace_horizon_lag_seconds");
  }

  @Test
  void run_shouldBeInTheHistoryWithItsFailure_andWithoutSecrets() {
    String url = database.jdbcUrl() + "&password=canary-in-a-url";
    TestConsole console = console(Map.of("MILLRACE_TARGET_PASSWORD", "canary-of-the-environment"));
    assertThat(console.sync(url, "station", "none")).isEqualTo(ExitCode.USAGE);

    RunDetail run = only();
    assertThat(run.line().status()).isEqualTo(Status.FAILED);
    assertThat(run.line().exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.line().error()).isEqualTo(console.err().strip()).startsWith("Invalid table: ");
    assertThat(run.toString()).contains("password=").doesNotContain("canary");
  }

  @Test
  void history_shouldListAndShowRuns() throws Exception {
    console(Map.of()).sync(database.jdbcUrl(), "station", "copy");
    console(Map.of()).sync(database.jdbcUrl(), "station", "none");
    String id = runs(RunFilter.latest(9).with(Status.DONE)).get(0);

    TestConsole list = console(Map.of());
    assertThat(list.run("history")).isEqualTo(ExitCode.DONE);
    assertThat(list.out().lines().map(line -> line.substring(26, 34).strip()))
        .containsExactly("STATUS", "failed", "done");

    TestConsole done = console(Map.of());
    assertThat(done.run("history", "--status=done", "--since=1h", "--json"))
        .isEqualTo(ExitCode.DONE);
    JsonNode line = done.json();
    assertThat(line.get("id").asText()).isEqualTo(id);
    assertThat(line.get("totals").get("rows_written").asLong()).isEqualTo(1000);

    TestConsole one = console(Map.of());
    assertThat(one.run("history", id.substring(0, id.length() - 1))).isEqualTo(ExitCode.DONE);
    assertThat(one.out()).startsWith(id + " done, sync station into copy").contains("1,000");

    TestConsole json = console(Map.of());
    assertThat(json.run("history", "latest", "--json")).isEqualTo(ExitCode.DONE);
    assertThat(new ObjectMapper().readTree(json.out()).get("line").get("status").asText())
        .isEqualTo("FAILED");
  }

  @Test
  void history_shouldRefuseWhatItDoesNotHave() {
    TestConsole none = console(Map.of());
    assertThat(none.run("history")).isEqualTo(ExitCode.USAGE);
    assertThat(none.err().strip())
        .isEqualTo(
            "Cannot read the history %s: there is none yet; the first run begins it"
                .formatted(file));

    console(Map.of()).sync(database.jdbcUrl(), "station", "copy");
    console(Map.of()).sync(database.jdbcUrl(), "station", "copy", "--mode=upsert");
    TestConsole unknown = console(Map.of());
    assertThat(unknown.run("history", "nothing")).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err().strip())
        .isEqualTo("Invalid run: nothing (must be the id of a run that `millrace history` lists)");
    TestConsole both = console(Map.of());
    assertThat(both.run("history", "20")).isEqualTo(ExitCode.USAGE);
    assertThat(both.err().strip())
        .isEqualTo("Invalid run: 20 (must be the id of one run; 2 begin like that)");
    TestConsole last = console(Map.of());
    assertThat(last.run("history", "--last=0")).isEqualTo(ExitCode.USAGE);
    assertThat(last.err().strip()).isEqualTo("Invalid --last: 0 (must be from 1 to 100000)");
  }

  @Test
  void run_shouldGoOn_whenNobodyCanWriteItDown() throws Exception {
    Files.writeString(state.resolve("millrace"), "a file where the folder should be");
    TestConsole console = console(Map.of());
    assertThat(console.sync(database.jdbcUrl(), "station", "copy")).isEqualTo(ExitCode.DONE);
    assertThat(console.err())
        .startsWith("This run is not recorded: Cannot open the history " + file + ": ");
    assertThat(database.value("select count(*) from copy", Long.class)).isEqualTo(1000);
  }

  @Test
  void run_shouldBeRefused_whenTheHistoryAskedForCannotBeWritten() throws Exception {
    Path text = Files.writeString(state.resolve("text"), "no database ".repeat(1000));
    TestConsole console = console(Map.of());
    assertThat(console.sync(database.jdbcUrl(), "station", "copy", "--history=" + text))
        .isEqualTo(ExitCode.USAGE);
    assertThat(console.err()).startsWith("Cannot open the history " + text + ": ");
    assertThat(database.value("select count(*) from copy", Long.class)).isZero();
  }

  @Test
  void run_shouldEndWithItsOwnExitCode_whenItWasWorseThanBefore() throws Exception {
    console(Map.of()).sync(database.jdbcUrl(), "station", "copy");
    RunDetail first = only();
    before(first, 10, 1e-6);

    TestConsole worse = console(Map.of());
    database.execute("truncate copy");
    assertThat(worse.sync(database.jdbcUrl(), "station", "copy", "--fail-on-regression", "--json"))
        .as(worse.err())
        .isEqualTo(ExitCode.THRESHOLD);

    assertThat(worse.err()).contains("Cannot pass sync as good as before: ", " of 11 earlier runs");
    JsonNode regression = worse.json().get("regression");
    assertThat(regression.get("found").asBoolean()).isTrue();
    assertThat(regression.get("ratio").asDouble()).isGreaterThan(100);
    assertThat(regression.get("p").asDouble()).isLessThan(0.05);
    RunDetail run = latest();
    assertThat(run.line().configurationHash()).isEqualTo(first.line().configurationHash());
    assertThat(run.line().status()).isEqualTo(Status.DONE);
    assertThat(run.line().exitCode()).isEqualTo(ExitCode.THRESHOLD);
    assertThat(run.summary()).isEqualTo(worse.out().strip());
    assertThat(database.value("select count(*) from copy", Long.class)).isEqualTo(1000);
  }

  @Test
  void run_shouldPass_whenItIsAsBeforeOrTooLittleIsKnown() throws Exception {
    TestConsole first = console(Map.of());
    assertThat(first.sync(database.jdbcUrl(), "station", "copy", "--fail-on-regression", "--json"))
        .isEqualTo(ExitCode.DONE);
    assertThat(first.err())
        .contains("This run is not compared with its own history: too few runs: 0 of 8");
    assertThat(first.json().get("regression").get("found").asBoolean()).isFalse();

    before(latest(), 10, 1e6);
    TestConsole better = console(Map.of());
    database.execute("truncate copy");
    assertThat(better.sync(database.jdbcUrl(), "station", "copy", "--fail-on-regression", "--json"))
        .as(better.err())
        .isEqualTo(ExitCode.DONE);
    assertThat(better.json().get("regression").get("sentence").asText())
        .isEqualTo("not worse than the median of 11 earlier runs");

    TestConsole none = console(Map.of());
    assertThat(
            none.sync(
                database.jdbcUrl(), "station", "copy", "--fail-on-regression", "--history=none"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(none.err().strip())
        .isEqualTo(
            "Invalid --fail-on-regression: true (must be left out with --history=none, which has"
                + " nothing to compare with)");
  }

  /** Puts runs like one before it that took so many times as long. */
  private void before(RunDetail run, int count, double times) {
    try (History history = History.open(file)) {
      for (int i = 0; i < count; i++) {
        RunStart start = run.start();
        Totals totals = run.line().totals();
        history
            .begin(
                new RunStart(
                    "20200101T00000%dZ".formatted(i),
                    start.command(),
                    start.pipeline(),
                    start.runner(),
                    start.configuration(),
                    start.code(),
                    start.machine(),
                    start.pid(),
                    start.started()))
            .ended(
                new RunEnd(
                    start.started(),
                    Status.DONE,
                    0,
                    null,
                    new Totals(
                        totals.rowsRead(),
                        totals.rowsWritten(),
                        totals.rowsRejected(),
                        totals.bytes(),
                        requireNonNull(totals.seconds()) * times * (1 + i * 0.01),
                        requireNonNull(totals.cpuSeconds()) * times * (1 + i * 0.01),
                        null),
                    "{}"));
      }
    }
  }

  private RunDetail latest() {
    try (History history = History.open(file)) {
      String id = history.runs(RunFilter.latest(1)).get(0).id();
      return history.run(id).orElseThrow();
    }
  }

  @Test
  void run_shouldLeaveNoTrace_whenNoneIsWanted() {
    TestConsole dry = console(Map.of());
    assertThat(dry.sync(database.jdbcUrl(), "station", "copy", "--dry-run"))
        .isEqualTo(ExitCode.DONE);
    TestConsole none = console(Map.of());
    assertThat(none.sync(database.jdbcUrl(), "station", "copy", "--history=none"))
        .isEqualTo(ExitCode.DONE);
    assertThat(file).doesNotExist();
  }

  private TestConsole console(Map<String, String> more) {
    return TestConsole.withState(state, more);
  }

  private List<String> runs(RunFilter filter) {
    try (History history = History.open(file)) {
      return history.runs(filter).stream().map(line -> line.id()).toList();
    }
  }

  private RunDetail only() {
    List<String> all = runs(RunFilter.latest(9));
    assertThat(all).hasSize(1);
    try (History history = History.open(file)) {
      return history.run(all.get(0)).orElseThrow();
    }
  }
}
