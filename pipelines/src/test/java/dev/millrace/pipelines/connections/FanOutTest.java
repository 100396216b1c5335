// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FanOutTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int STAGES = 6;
  private static final int MOST = 2;
  private static final List<String> TARGETS =
      IntStream.range(0, STAGES).mapToObj(i -> "t_" + i).toList();

  @BeforeEach
  void createTables() throws SQLException {
    String columns = "(id int PRIMARY KEY, kind smallint, name text)";
    POSTGRES.execute(
        "DROP TABLE IF EXISTS s",
        "CREATE TABLE s " + columns,
        // Also what is negative or NULL has its place.
        "INSERT INTO s SELECT i, CASE WHEN i % 50 <> 0 THEN i % 97 - 48 END, repeat('n', 90)"
            + " FROM generate_series(1, 6000) i");
    for (String target : TARGETS) {
      POSTGRES.execute("DROP TABLE IF EXISTS " + target, "CREATE TABLE " + target + columns);
    }
    POSTGRES.execute("INSERT INTO t_0 SELECT id, kind, 'stale' FROM s WHERE kind IS NULL");
  }

  private static FanOutOptions options(List<String> into, String by) {
    ConnectionSpec spec = ConnectionSpec.of(POSTGRES.jdbcUrl());
    return new FanOutOptions(
        spec,
        "s",
        spec.withMaxConnections(MOST),
        into,
        by,
        List.of("id"),
        ByteSize.parse("64KiB"),
        2);
  }

  /** Writers seen at one time by the server, until told to end. */
  private static int mostWriters(CountDownLatch looked, AtomicBoolean end) throws SQLException {
    int most = 0;
    try (Connection connection = POSTGRES.connection();
        Statement statement = connection.createStatement()) {
      while (!end.get()) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity"
                    + " WHERE datname = current_database()"
                    + " AND application_name = 'millrace WRITE'")) {
          row.next();
          most = Math.max(most, row.getInt(1));
        }
        looked.countDown();
      }
    }
    return most;
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void run_shouldSpreadEveryRow_overFewConnections(String runner) throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    CountDownLatch looked = new CountDownLatch(1);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Integer> writers = thread.submit(() -> mostWriters(looked, end));
    looked.await();
    try (FanOut fanOut = FanOut.open(options(TARGETS, "kind"))) {
      Pipeline pipeline =
          Pipeline.create(PipelineOptionsFactory.fromArgs(runner.split(" ")).create());
      fanOut.applyTo(pipeline);
      pipeline.run().waitUntilFinish();
    } finally {
      end.set(true);
      thread.shutdown();
    }

    assertThat(writers.get()).isBetween(1, MOST);
    for (int stage = 0; stage < STAGES; stage++) {
      String wanted =
          "SELECT * FROM s WHERE coalesce((kind %% %1$d + %1$d) %% %1$d, 0) = %2$d"
              .formatted(STAGES, stage);
      assertThat(
              POSTGRES.value(
                  "SELECT count(*) FROM ((%1$s EXCEPT ALL TABLE %2$s) UNION ALL (TABLE %2$s EXCEPT ALL %1$s)) d"
                      .formatted(wanted, TARGETS.get(stage)),
                  Long.class))
          .as("rows lost, doubled or different in " + TARGETS.get(stage))
          .isZero();
    }
  }

  @Test
  void open_shouldRefuse_whenTheColumnHoldsNoIntegers() {
    assertThatThrownBy(() -> FanOut.open(options(TARGETS, "name")))
        .hasMessage("Invalid column to spread by: name, of TEXT (must be of integers)");
  }

  @Test
  void options_shouldRefuse_whenATargetIsNamedTwice() {
    assertThatThrownBy(() -> options(List.of("t_0", "t_0"), "kind"))
        .hasMessage("Invalid targets: [t_0, t_0] (must be different: a row goes to one of them)");
  }
}
