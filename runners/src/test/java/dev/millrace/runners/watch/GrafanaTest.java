// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.observe.Measure;
import dev.millrace.observe.MetricsServer;
import dev.millrace.pool.PoolSpec;
import dev.millrace.pool.ResourcePool;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard for Grafana, by what a Prometheus knows that has scraped runs of this JVM. */
@Timeout(300)
class GrafanaTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String PORT = "millrace.metrics.port";
  private static final int FIRST = 9460;
  private static final int PORTS = 10;
  private static final Path DASHBOARD = Path.of("..", "src", "config", "grafana", "millrace.json");
  private static final Duration MINUTES = Duration.ofMinutes(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @BeforeEach
  void create() throws Exception {
    POSTGRES.renew();
    POSTGRES.execute(
        "CREATE TABLE station (id int PRIMARY KEY, name text)",
        "INSERT INTO station SELECT i, 'S' || i FROM generate_series(1, 300) i",
        "CREATE TABLE visit (visit int PRIMARY KEY, station int, at timestamptz)",
        "INSERT INTO visit SELECT i, i % 350, now() - interval '1 day' + i * interval '1 ms'"
            + " FROM generate_series(1, 200000) i",
        "CREATE TABLE seen (visit int PRIMARY KEY, station int, at timestamptz, name text)",
        "CREATE TABLE few (visit int PRIMARY KEY CHECK (visit % 50000 <> 0), station int,"
            + " at timestamptz)",
        "CREATE TABLE followed (visit int PRIMARY KEY, station int, at timestamptz)",
        // Each statement takes its time.
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END'",
        "CREATE TRIGGER wait AFTER INSERT ON seen FOR EACH STATEMENT EXECUTE FUNCTION wait()");
  }

  @AfterEach
  void forget() {
    System.clearProperty(PORT);
  }

  private static void run(String command, String into, String... more) {
    TestConsole console = new TestConsole();
    List<String> words =
        new ArrayList<>(
            List.of(
                command,
                "--source=" + POSTGRES.jdbcUrl(),
                "--table=visit",
                "--target=" + POSTGRES.jdbcUrl(),
                "--into=" + into));
    words.addAll(List.of(more));
    assertThat(console.run(words.toArray(String[]::new)))
        .as(console.err())
        .isEqualTo(ExitCode.DONE);
  }

  @Test
  void panels_shouldHaveData(@TempDir Path folder) throws Exception {
    assumeTrue(Prometheus.isInstalled(), "prometheus is not installed: apt-get install prometheus");
    System.setProperty(PORT, FIRST + "-" + (FIRST + PORTS - 1));
    MetricsServer.hold();
    // What happens now and then only.
    Measure.RETRIES.addOutside("sqlstate", "40001");
    Measure.TIMEOUTS.addOutside("kind", "lock");
    Measure.THROTTLES.addOutside("reason", "lock_waits");
    Measure.MEMORY_PRESSURE.addOutside("sign", "live");
    try (Prometheus prometheus = Prometheus.scraping(folder, FIRST, PORTS);
        ResourcePool pool = ResourcePool.share(PoolSpec.of("grafana", 2))) {
      // What has ended before it first looks it does not see.
      await(() -> hasLooked(prometheus));
      run("enrich", "seen", "--on=station", "--lookup=station", "--add=name", "--block-size=64KiB");
      pool.acquire("look", 1, 0, PATIENCE).close();
      run("sync", "few", "--max-rejects=10");
      run("sync", "followed", "--follow", "--cursor=at", "--key=visit", "--deadline=10s");
      await(() -> isWhole(prometheus));

      List<String> empty = new ArrayList<>();
      for (String query : queries()) {
        if (prometheus.points(query, MINUTES) == 0) {
          empty.add(query);
        }
      }
      assertThat(empty).as("queries of panels without data").isEmpty();
      assertThat(prometheus.lint()).as("promtool check metrics").isEmpty();
    } finally {
      MetricsServer.release();
    }
  }

  private static boolean hasLooked(Prometheus prometheus) {
    try {
      return prometheus.number("count(millrace_retries_total)") > 0;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Whether it has seen all that was written. */
  private static boolean isWhole(Prometheus prometheus) {
    try {
      return prometheus.number("sum(millrace_rows_written_total)") == Measure.ROWS_WRITTEN.total();
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  /** What the panels ask for, with the values of the dashboard's variables. */
  private static List<String> queries() throws Exception {
    List<String> queries = new ArrayList<>();
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(
            target
                .get("expr")
                .asText()
                .replace("$job", ".*")
                .replace("$instance", ".*")
                .replace("$__rate_interval", "5s"));
      }
    }
    assertThat(queries).hasSizeGreaterThan(25).noneMatch(query -> query.contains("$"));
    return queries;
  }
}
