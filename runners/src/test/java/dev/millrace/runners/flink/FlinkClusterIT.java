// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.option.HistoryFile;
import dev.millrace.runners.watch.Prometheus;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of processes, and pipelines on it, as a user of the command meets them. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FlinkClusterIT {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @SuppressWarnings("NullAway.Init") // JUnit sets it before anything else happens
  @TempDir
  static Path dir;

  /** Below those that the system gives out by itself. */
  private static final int METRICS = 19_400;

  private static final String[] FOLLOW = {
    "--mode=ledger",
    "--cursor=at",
    "--key=id",
    "--guard=50ms",
    "--follow",
    "--poll=200ms",
    "--detached"
  };

  private static String address = "";

  private final TestConsole console = new TestConsole();

  @BeforeAll
  static void up() throws Exception {
    TestConsole console = new TestConsole();
    assertThat(flink(console, "up", "--taskmanagers=1", "--slots=2", "--metrics-port=" + METRICS))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);
    address = console.json().get("address").asText();
  }

  @AfterAll
  static void down() throws Exception {
    TestConsole console = new TestConsole();
    List<ProcessHandle> before = processes();
    assertThat(before).hasSize(3);

    assertThat(flink(console, "down")).as(console.err()).isEqualTo(ExitCode.DONE);

    assertThat(before).noneMatch(ProcessHandle::isAlive);
    assertThat(processes()).isEmpty();
    assertThat(flink(new TestConsole(), "status")).isEqualTo(ExitCode.FAILED);
  }

  @BeforeEach
  void create() throws Exception {
    postgres.execute(
        "drop table if exists station, copy",
        "create table station as select i as id, 'S' || i as name from generate_series(1, 1000) i",
        "alter table station add primary key (id)",
        "create table copy (id int primary key, name text)");
  }

  @Test
  void status_shouldShowProcessesAndSlots() throws Exception {
    assertThat(flink(console, "status")).as(console.err()).isEqualTo(ExitCode.DONE);

    JsonNode status = console.json();
    assertThat(status.get("address").asText()).isEqualTo(address);
    assertThat(status.get("slots").asInt()).isEqualTo(2);
    assertThat(status.get("processes").findValuesAsText("name"))
        .containsExactly("jobmanager", "supervisor", "taskmanager-1");
    assertThat(rest().restartStrategy()).contains("failure-rate");
  }

  @Test
  void up_shouldSayThatAClusterRuns() throws Exception {
    assertThat(flink(console, "up")).isEqualTo(ExitCode.DONE);
    assertThat(console.json().get("address").asText()).isEqualTo(address);

    TestConsole other = new TestConsole();
    assertThat(flink(other, "up", "--slots=3")).isEqualTo(ExitCode.USAGE);
    assertThat(other.err()).startsWith("Cannot start a cluster: one with 1 TaskManagers of 2");
  }

  @Test
  void sync_shouldCopyAndCountAsOnAnyRunner_jobAfterJob() throws Exception {
    for (int run = 0; run < 2; run++) {
      TestConsole each = new TestConsole();
      assertThat(sync(each, "--mode=upsert", "--key=id", "--checksum"))
          .as(each.err())
          .isEqualTo(ExitCode.DONE);

      JsonNode summary = each.json();
      assertThat(summary.get("runner").asText()).isEqualTo("flink://" + address);
      assertThat(summary.get("rows_read").asLong()).isEqualTo(1000);
      assertThat(summary.get("rows_written").asLong()).isEqualTo(1000);
      assertThat(summary.get("attempts").asLong()).isEqualTo(1);
      assertThat(summary.get("source_checksum")).isEqualTo(summary.get("target_checksum"));
    }
  }

  @Test
  void sync_shouldTellTheSentenceOfARowThatDoesNotFit() throws Exception {
    postgres.execute("alter table copy add check (id < 500)");

    assertThat(sync(console)).isEqualTo(ExitCode.FAILED);

    assertThat(console.err().lines().toList()).last().asString().contains("copy", "check");
    assertThat(console.json().get("job_id").asText()).hasSize(32);
  }

  @Test
  void metrics_shouldBeScrapedFromTheWorkers_asHistogramsWithQuantiles() throws Exception {
    assumeTrue(Prometheus.isInstalled(), "prometheus is not installed: apt-get install prometheus");
    createFollowed();
    try (Prometheus prometheus = Prometheus.scraping(dir.resolve("prometheus"), METRICS, 5)) {
      assertThat(sync(follower(), FOLLOW)).isEqualTo(ExitCode.DONE);
      String written = "sum(millrace_rows_written_total) or vector(0)";
      await(() -> prometheus.number(written) >= 1000);

      assertThat(prometheus.number(written)).isEqualTo(1000);
      String p99 = "histogram_quantile(0.99, sum by (le) (millrace_commit_seconds_bucket))";
      assertThat(prometheus.number(p99)).isBetween(0.0001, 60.0);
      String pool = "max(millrace_pool_connections{pool=\"write\",state=\"max\"})";
      assertThat(prometheus.number(pool)).isEqualTo(16);
      await(() -> prometheus.number("max(millrace_freshness_seconds) or vector(-1)") >= 0);
      assertThat(prometheus.lint()).as("promtool check metrics").isEmpty();
    } finally {
      cancelAll();
    }
  }

  @Test
  void sync_shouldReturnAtOnce_whenDetached() throws Exception {
    assertThat(sync(console, "--detached")).as(console.err()).isEqualTo(ExitCode.DONE);

    JsonNode summary = console.json();
    assertThat(summary.get("status").asText()).isEqualTo("submitted");
    String job = summary.get("job_id").asText();
    FlinkRest rest = rest();
    await(() -> rest.job(job).orElseThrow().job().ended());
    assertThat(rest.job(job).orElseThrow().job().state()).isEqualTo("FINISHED");
    assertThat(postgres.value("select count(*) from copy", Long.class)).isEqualTo(1000);
  }

  @Test
  void sync_shouldFinish_whenItsTaskManagerIsKilled() throws Exception {
    long dead = taskManager().pid();
    CompletableFuture<Integer> run;
    try (Connection holder = postgres.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table copy in share mode");
      run = CompletableFuture.supplyAsync(() -> sync(console, "--mode=ledger", "--checksum"));
      await(
          () ->
              postgres.value(
                      "select count(*) from pg_locks where relation = 'copy'::regclass"
                          + " and not granted",
                      Long.class)
                  > 0);
      assertThat(taskManager().destroyForcibly()).isTrue();
      holder.rollback();
    }

    assertThat(run.get(2, TimeUnit.MINUTES)).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(taskManager().pid()).isNotEqualTo(dead);
    JsonNode summary = console.json();
    assertThat(summary.get("attempts").asLong()).isGreaterThan(1);
    assertThat(summary.get("rows_written").asLong()).isEqualTo(1000);
    // What the first attempt read went with its TaskManager.
    assertThat(summary.get("rows_read").isNull()).isTrue();
    assertThat(summary.get("rows_reread").isNull()).isTrue();
    assertThat(summary.get("source_checksum")).isEqualTo(summary.get("target_checksum"));
  }

  @Test
  void sync_shouldRefuseMoreThanTheSlots() {
    assertThat(sync(console, "--parallelism=3")).isEqualTo(ExitCode.USAGE);

    assertThat(console.err())
        .isEqualToIgnoringNewLines(
            "Invalid --parallelism: 3 (must be at most 2, the slots of flink://" + address + ")");
  }

  @Test
  void flinkRun_shouldRunTheJobJar() throws Exception {
    Process cli = flinkRun(List.of(), "sync", "--mode=upsert", "--key=id");
    String output = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(cli.waitFor()).as(output).isZero();
    assertThat(postgres.value("select count(*) from copy", Long.class)).isEqualTo(1000);
    assertThat(output).contains("sync done in", "1,000 rows");
  }

  @Test
  void follow_shouldGoOnFromASavepoint() throws Exception {
    createFollowed();
    TestConsole console = follower();
    assertThat(sync(console, FOLLOW)).as(console.err()).isEqualTo(ExitCode.DONE);
    await(() -> postgres.value("select count(*) from copy", Long.class) == 1000);

    String savepoint = stopWithSavepoint(console.json().get("job_id").asText());
    postgres.execute("insert into station select i, 'S' || i from generate_series(1001, 1100) i");
    List<String> arguments = new ArrayList<>(List.of("sync"));
    arguments.addAll(List.of(FOLLOW));
    Process process = flinkRun(List.of("-d", "-s", savepoint), arguments.toArray(String[]::new));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();

    await(() -> postgres.value("select count(*) from copy", Long.class) >= 1100);
    cancelAll();
    assertThat(postgres.value("select count(*) from copy", Long.class)).isEqualTo(1100);
    assertThat(postgres.value("select count(distinct id) from copy", Long.class)).isEqualTo(1100);
  }

  private static void createFollowed() throws Exception {
    postgres.execute(
        "drop schema if exists millrace cascade",
        "alter table station add at timestamptz not null default clock_timestamp()",
        "create index on station (at, id)",
        "drop table copy",
        "create table copy (id int, name text, at timestamptz)");
  }

  /** Who keeps what it submitted in a folder of the test's. */
  private static TestConsole follower() {
    return new TestConsole(dir, Map.of("XDG_STATE_HOME", dir.toString()));
  }

  private static void cancelAll() throws Exception {
    for (FlinkRest.Job job : rest().jobs()) {
      if (!job.ended()) {
        rest().cancel(job.id());
      }
    }
    await(() -> rest().jobs().stream().allMatch(FlinkRest.Job::ended));
  }

  private static String stopWithSavepoint(String job) throws Exception {
    HttpRequest stop =
        HttpRequest.newBuilder(URI.create("http://" + address + "/jobs/" + job + "/stop"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"targetDirectory\":\"%s\"}".formatted(dir.resolve("stopped").toUri())))
            .build();
    String answer =
        HttpClient.newHttpClient().send(stop, HttpResponse.BodyHandlers.ofString()).body();
    String request = new ObjectMapper().readTree(answer).get("request-id").asText();
    while (true) {
      JsonNode told = new ObjectMapper().readTree(text("/jobs/" + job + "/savepoints/" + request));
      if (told.get("status").get("id").asText().equals("COMPLETED")) {
        assertThat(told.get("operation").has("location")).as(told.toString()).isTrue();
        return told.get("operation").get("location").asText();
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @Test
  void rest_shouldShowNoPassword() throws Exception {
    postgres.execute(
        "drop role if exists clerk", "create role clerk superuser login password 'pA55w0rd-x'");
    String url = postgres.jdbcUrl().replaceFirst("\\?.*", "") + "?user=clerk";
    String withPassword = url + "&password=pA55w0rd-x";
    TestConsole environment =
        new TestConsole(
            dir,
            Map.of(
                "MILLRACE_SOURCE_PASSWORD", "pA55w0rd-x",
                "MILLRACE_TARGET_PASSWORD", "pA55w0rd-x"));
    TestConsole failed = new TestConsole();

    assertThat(sync(console, "--source=" + withPassword, "--target=" + withPassword))
        .isEqualTo(ExitCode.DONE);
    postgres.execute("truncate copy");
    assertThat(sync(environment, "--source=" + url, "--target=" + url))
        .as(environment.err())
        .isEqualTo(ExitCode.DONE);
    assertThat(sync(failed, "--source=" + withPassword, "--target=" + withPassword))
        .isEqualTo(ExitCode.FAILED);

    StringBuilder told = new StringBuilder();
    for (TestConsole each : List.of(console, environment, failed)) {
      String job = each.json().get("job_id").asText();
      told.append(each.out()).append(each.err());
      for (String path : List.of("", "/config", "/plan", "/exceptions", "/accumulators")) {
        told.append(text("/jobs/" + job + path));
      }
    }
    told.append(text("/jobmanager/config")).append(text("/taskmanagers"));
    try (Stream<Path> logs = Files.list(dir.resolve("log"))) {
      for (Path log : logs.toList()) {
        told.append(Files.readString(log));
      }
    }
    processes().forEach(each -> told.append(each.info().commandLine().orElse("")));
    assertThat(told.toString())
        .contains(failed.json().get("job_id").asText(), "duplicate key")
        .doesNotContain("pA55w0rd");
  }

  private int sync(TestConsole to, String... arguments) {
    List<String> words = new ArrayList<>(List.of("flink", "submit", "--dir=" + dir, "sync"));
    List.of("--source=", "--target=").stream()
        .filter(name -> Stream.of(arguments).noneMatch(given -> given.startsWith(name)))
        .forEach(name -> words.add(name + postgres.jdbcUrl()));
    words.addAll(List.of("--table=station", "--into=copy", "--json"));
    words.addAll(List.of(arguments));
    return to.run(words.toArray(String[]::new));
  }

  private static Process flinkRun(List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String opened : List.of("nio", "util", "lang", "time", "util.concurrent", "net", "io")) {
      command.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", Packaged.flinkJars().resolve("*").toString()));
    command.addAll(List.of("org.apache.flink.client.cli.CliFrontend", "run", "-p", "2"));
    command.addAll(options);
    command.add(Packaged.jobJar().toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--table=station", "--into=copy"));
    command.addAll(List.of("--source=" + postgres.jdbcUrl(), "--target=" + postgres.jdbcUrl()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(HistoryFile.VARIABLE, HistoryFile.NONE);
    builder.environment().put("FLINK_CONF_DIR", dir.resolve("conf").toString());
    return builder.start();
  }

  private static int flink(TestConsole to, String... words) {
    List<String> all = new ArrayList<>(List.of("flink"));
    all.addAll(List.of(words));
    all.addAll(List.of("--dir=" + dir, "--json"));
    return to.run(all.toArray(String[]::new));
  }

  private static ProcessHandle taskManager() throws IOException {
    TestConsole console = new TestConsole();
    flink(console, "status");
    for (JsonNode process : console.json().get("processes")) {
      if (process.get("name").asText().equals("taskmanager-1")) {
        return ProcessHandle.of(process.get("pid").asLong()).orElseThrow();
      }
    }
    throw new AssertionError("no TaskManager in " + console.out());
  }

  /** The processes of this machine that work for the cluster of this test. */
  private static List<ProcessHandle> processes() {
    Predicate<ProcessHandle> works =
        process -> process.info().commandLine().orElse("").contains(dir.toString());
    return ProcessHandle.allProcesses().filter(works).toList();
  }

  private static FlinkRest rest() {
    String[] parts = address.split(":", 2);
    return FlinkRest.at(parts[0], Integer.parseInt(parts[1]));
  }

  private static String text(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Asks until it is so; the test's own limit ends it otherwise. */
  private static void await(Condition condition) throws Exception {
    while (!condition.holds()) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }
}
