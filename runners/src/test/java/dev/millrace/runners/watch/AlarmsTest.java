// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.local.LocalRedis;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunDetail;
import dev.millrace.monitor.history.RunFilter;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Alerts of real runs that something is wrong with. */
@Timeout(300)
class AlarmsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String SECRET = "canary-of-the-secret";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> forged = new CopyOnWriteArrayList<>();
  private Path folder;
  private HttpServer server;

  /** What a message needs is loaded, as a run gives those of its end a few seconds. */
  @BeforeAll
  static void warm() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          new ObjectMapper().readTree(exchange.getRequestBody());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    Mac.getInstance("HmacSHA256");
    URI uri = URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
    HttpRequest request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString("{}")).build();
    assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
    server.stop(0);
  }

  @BeforeEach
  void create(@TempDir Path state) throws Exception {
    folder = state;
    POSTGRES.renew();
    POSTGRES.execute(
        "CREATE TABLE item (id int PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(), t text)",
        "INSERT INTO item SELECT i, now() - interval '1 h', repeat('x', 1000)"
            + " FROM generate_series(1, 40000) i",
        "CREATE TABLE copy (id int PRIMARY KEY, at timestamptz, t text)",
        "CREATE TABLE pace (seconds float)",
        "INSERT INTO pace VALUES (0)",
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(seconds) FROM pace; RETURN NULL; END'",
        "CREATE TRIGGER wait AFTER INSERT ON copy FOR EACH STATEMENT EXECUTE FUNCTION wait()");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::take);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      String signature = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
      if (!signature.equals(exchange.getRequestHeaders().getFirst("X-Millrace-Signature"))) {
        forged.add(new String(body, StandardCharsets.UTF_8));
      }
      JsonNode message = new ObjectMapper().readTree(body);
      told.add(
          message.at("/groupLabels/alertname").asText() + " " + message.get("status").asText());
    } catch (Exception e) {
      forged.add(e.toString());
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private String url() {
    return "http://127.0.0.1:%d/canary-of-the-path".formatted(server.getAddress().getPort());
  }

  private TestConsole console() {
    return TestConsole.withState(folder, Map.of("MILLRACE_ALERT_SECRET", SECRET));
  }

  private static int sync(TestConsole console, String... more) {
    return console.sync(POSTGRES.jdbcUrl(), "item", "copy", more);
  }

  private RunDetail latest() {
    try (History history = History.open(folder.resolve("millrace").resolve("history.db"))) {
      return history.run(history.runs(RunFilter.latest(1)).get(0).id()).orElseThrow();
    }
  }

  private List<String> events() {
    return latest().events().stream()
        .filter(event -> event.kind().equals("alert"))
        .map(Event::text)
        .toList();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  private boolean isShown(String alert) {
    Snapshot snapshot = latest().snapshot();
    return snapshot != null
        && snapshot.alerts().stream().anyMatch(each -> each.name().equals(alert));
  }

  @Test
  void lock_shouldFireWhatIsStalledAndWaits_untilItIsGone() throws Exception {
    TestConsole console = console();
    POSTGRES.execute("UPDATE pace SET seconds = 5");
    CompletableFuture<Integer> run;
    try (Connection holder = POSTGRES.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE copy IN SHARE MODE");
      run =
          CompletableFuture.supplyAsync(
              () ->
                  sync(
                      console,
                      "--block-size=64KiB",
                      "--parallelism=2",
                      "--fail-on-alert",
                      "--alert-webhook=" + url()));
      await(() -> told.contains("stalled firing") && told.contains("lock_waits firing"));
      await(() -> isShown("stalled") && isShown("lock_waits"));
      holder.rollback();
    }
    await(() -> told.contains("stalled resolved") && told.contains("lock_waits resolved"));
    await(() -> !isShown("stalled") && !isShown("lock_waits"));
    assertThat(run).isNotDone();
    POSTGRES.execute("UPDATE pace SET seconds = 0");

    assertThat(run.get(2, TimeUnit.MINUTES)).as(console.err()).isEqualTo(ExitCode.THRESHOLD);
    assertThat(POSTGRES.differences("TABLE item", "TABLE copy")).isZero();
    assertThat(console.err())
        .contains("Alert stalled (critical): No row was read or written for 15 s")
        .contains(
            "Cannot let this run pass: its alert stalled: No row was read or written for 15 s");
    assertThat(events())
        .contains("stalled fires: No row was read or written for 15 s")
        .anyMatch(text -> text.startsWith("stalled is resolved, "))
        .anyMatch(text -> text.startsWith("lock_waits fires: On average "));
    assertThat(forged).isEmpty();
    assertThat(latest().line().exitCode()).isEqualTo(ExitCode.THRESHOLD);
    assertThat(latest().toString() + console.err() + console.out()).doesNotContain("canary");
  }

  @Test
  void rejects_shouldFire_evenInAShortRun_andNotFailIt() throws Exception {
    POSTGRES.execute("ALTER TABLE copy ADD CHECK (id <> 5000)");
    TestConsole console = console();
    assertThat(sync(console, "--max-rejects=1", "--fail-on-alert", "--alert-webhook=" + url()))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);

    assertThat(told).contains("rejects firing", "rejects resolved");
    assertThat(forged).isEmpty();
    assertThat(console.err()).contains("Alert rejects (warning): A target refuses ");
    assertThat(isShown("rejects")).isTrue();
  }

  @Test
  void freshness_shouldFire_whileAnOpenTransactionHoldsTheHorizonBack() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("alerts.yml"),
            """
            alerts:
            - name: freshness
              metric: millrace_freshness_seconds
              above: 5
              resolve: 3
              for: 1s
            - name: horizon_held
              metric: millrace_horizon_lag_seconds
              above: 5
              resolve: 3
              for: 1s
            """);
    TestConsole console = console();
    CompletableFuture<Integer> run =
        CompletableFuture.supplyAsync(
            () ->
                sync(
                    console,
                    "--follow",
                    "--cursor=at",
                    "--key=id",
                    "--poll=200ms",
                    "--alerts=" + file,
                    "--alert-webhook=" + url()));
    await(() -> POSTGRES.value("SELECT count(*) FROM copy", Long.class) == 40_000);
    try (Connection holder = POSTGRES.connection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("INSERT INTO item (id) VALUES (0)");
      await(() -> told.contains("freshness firing") && told.contains("horizon_held firing"));
      assertThat(requireNonNull(latest().snapshot()).metrics().get("millrace_horizon_lag_seconds"))
          .isGreaterThan(5);
      holder.commit();
    }
    await(() -> told.contains("freshness resolved") && told.contains("horizon_held resolved"));
    assertThat(run).isNotDone();
    POSTGRES.execute("DROP TABLE item"); // What ends a run that follows it.
    assertThat(run.get(2, TimeUnit.MINUTES)).as(console.err()).isEqualTo(ExitCode.USAGE);
    assertThat(told).noneMatch(each -> each.startsWith("stalled"));
  }

  @Test
  void pool_shouldBeExhausted_whenManyShareOneConnection() throws Exception {
    POSTGRES.execute("UPDATE pace SET seconds = 1");
    TestConsole console = console();
    CompletableFuture<Integer> run =
        CompletableFuture.supplyAsync(
            () ->
                sync(
                    console,
                    "--block-size=64KiB",
                    "--parallelism=4",
                    "--max-connections=3",
                    "--alert-webhook=" + url()));
    await(() -> run.isDone() || told.contains("pool_exhausted_write firing"));
    assertThat(run).as("%s%s %s", console.err(), console.out(), told).isNotDone();
    POSTGRES.execute("UPDATE pace SET seconds = 0");
    assertThat(run.get(2, TimeUnit.MINUTES)).as(console.err()).isEqualTo(ExitCode.DONE);
    assertThat(told).contains("pool_exhausted_write resolved");
  }

  @Tag("chaos")
  @Test
  void cache_shouldCollapse_whileItsRedisIsAway() throws Exception {
    POSTGRES.execute(
        "CREATE TABLE station (id int PRIMARY KEY, name text)",
        "INSERT INTO station SELECT i, repeat('s', 100) || i FROM generate_series(0, 1999) i",
        "CREATE TABLE visit AS SELECT i AS visit, i * 7 % 2000 AS station, repeat('v', 100) AS t"
            + " FROM generate_series(1, 1600000) i",
        "CREATE TABLE seen (visit int, station int, t text, name text)",
        "CREATE TRIGGER wait AFTER INSERT ON seen FOR EACH STATEMENT EXECUTE FUNCTION wait()",
        "UPDATE pace SET seconds = 2");
    TestConsole console = console();
    try (LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT)) {
      CompletableFuture<Integer> run =
          CompletableFuture.supplyAsync(
              () ->
                  console.run(
                      "enrich",
                      "--runner=flink", // Which asks for the keys of a block when one is written.
                      "--source=" + POSTGRES.jdbcUrl(),
                      "--table=visit",
                      "--lookup=station",
                      "--on=station",
                      "--target=" + POSTGRES.jdbcUrl(),
                      "--into=seen",
                      "--heap=64KiB",
                      "--redis=" + redis.url(),
                      "--block-size=64KiB",
                      "--parallelism=2",
                      "--alert-webhook=" + url()));
      await(() -> POSTGRES.value("SELECT count(*) FROM seen", Long.class) > 50_000);
      redis.kill();
      await(() -> told.contains("cache_collapse firing"));
      redis.restart();
      await(() -> told.contains("cache_collapse resolved"));
      assertThat(run).isNotDone();
      POSTGRES.execute("UPDATE pace SET seconds = 0");
      assertThat(run.get(2, TimeUnit.MINUTES)).as(console.err()).isEqualTo(ExitCode.DONE);
    }
    assertThat(
            POSTGRES.differences(
                "SELECT v.*, name FROM visit v JOIN station ON id = station", "TABLE seen"))
        .isZero();
    assertThat(events()).anyMatch(text -> text.startsWith("cache_collapse fires: Caches serve "));
  }

  @Tag("chaos")
  @Test
  void memory_shouldBeScarce_whileTheHeapIsNearlyFull() throws Exception {
    POSTGRES.execute("UPDATE pace SET seconds = 1");
    Process child = FullHeapChild.start(POSTGRES.jdbcUrl(), folder);
    try {
      Path history = folder.resolve("millrace").resolve("history.db");
      await(() -> Files.exists(history) && isRecorded());
      await(() -> hasEvents("gc_pauses fires: ", "memory_pressure fires: "));
      child.getOutputStream().write('\n');
      child.getOutputStream().flush();
      await(() -> hasEvents("gc_pauses is resolved, ", "memory_pressure is resolved, "));
      POSTGRES.execute("UPDATE pace SET seconds = 0");
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).startsWith(ExitCode.DONE + " ");
    } finally {
      child.destroyForcibly();
    }
  }

  private boolean isRecorded() {
    try (History history = History.open(folder.resolve("millrace").resolve("history.db"))) {
      return !history.runs(RunFilter.latest(1)).isEmpty();
    }
  }

  private boolean hasEvents(String... beginnings) {
    List<String> events = events();
    return Stream.of(beginnings)
        .allMatch(each -> events.stream().anyMatch(event -> event.startsWith(each)));
  }

  @Test
  void run_shouldEndAsItWould_whenNobodyListens() throws Exception {
    POSTGRES.execute("ALTER TABLE copy ADD CHECK (id <> 5000)");
    server.stop(0);
    TestConsole console = console();
    assertThat(sync(console, "--max-rejects=1", "--alert-webhook=" + url()))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);
    assertThat(console.err())
        .contains("alerts did not reach http://127.0.0.1:")
        .doesNotContain("canary");
  }

  @Test
  void run_shouldLeaveNoThreadOfItsWebhook_whenNobodyLooksAtIt() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "no history ".repeat(1000));
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    TestConsole dry = console();
    assertThat(sync(dry, "--dry-run", "--alert-webhook=" + url()))
        .as(dry.err())
        .isEqualTo(ExitCode.DONE);
    TestConsole refused = console();
    assertThat(sync(refused, "--history=" + text, "--alert-webhook=" + url()))
        .isEqualTo(ExitCode.USAGE);

    assertThat(refused.err()).startsWith("Cannot open the history " + text);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> !before.contains(thread))
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("HttpClient") || name.equals("millrace-webhook"));
  }

  @Test
  void run_shouldBeRefused_whenItsAlertsAreNone() throws Exception {
    List<List<String>> refused = new ArrayList<>();
    Path file = Files.writeString(folder.resolve("alerts.yml"), "alerts: [{name: a, metrik: x}]");
    refused.add(
        List.of(
            "--alerts=" + file,
            "Invalid key of %s, line 1: metrik (must be one of above, absent, ".formatted(file)));
    refused.add(List.of("--alerts=none.yml", "Cannot read none.yml: there is no such file"));
    refused.add(
        List.of(
            "--alert-webhook=http://u:canary@host/",
            "Invalid --alert-webhook: its value is not shown (must be a URL"));
    for (List<String> each : refused) {
      for (String[] more : new String[][] {{}, {"--dry-run"}}) {
        TestConsole console = console();
        List<String> words = new ArrayList<>(List.of(more));
        words.add(each.get(0));
        assertThat(sync(console, words.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
        assertThat(console.err()).startsWith(each.get(1)).doesNotContain("canary");
      }
    }
    TestConsole none = console();
    assertThat(sync(none, "--history=none", "--fail-on-alert")).isEqualTo(ExitCode.USAGE);
    assertThat(none.err()).startsWith("Invalid --history: none (must be left out with --alerts");
    assertThat(POSTGRES.value("SELECT count(*) FROM copy", Long.class)).isZero();
  }
}
