// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.ledger.LedgerView;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Memory;
import dev.millrace.testing.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FollowedTest {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @BeforeEach
  void createTables() throws SQLException {
    SOURCE.execute(
        "DROP TABLE IF EXISTS item",
        "CREATE TABLE item (id serial PRIMARY KEY, name text, at timestamptz DEFAULT now())",
        "CREATE INDEX ON item (at, id)",
        "INSERT INTO item (name) SELECT 'item ' || i FROM generate_series(1, 5000) i");
    TARGET.execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS copy",
        "CREATE TABLE copy (id int PRIMARY KEY, name text, at timestamptz)");
  }

  private static IncrementalOptions options(boolean replace) {
    return new IncrementalOptions(
        ConnectionSpec.of(SOURCE.jdbcUrl()),
        "item",
        ConnectionSpec.of(TARGET.jdbcUrl()),
        "copy",
        "at",
        List.of("id"),
        replace,
        "j",
        List.of(),
        "",
        ByteSize.parse("16KiB"),
        2,
        HorizonRules.DEFAULT.withGuard(Duration.ofMillis(20)),
        NullCursor.FAIL,
        OnDrift.FAIL,
        null);
  }

  private static Followed open(boolean replace) throws SQLException {
    WindowedCounts counts = WindowedCounts.of(Duration.ofSeconds(1), Duration.ZERO);
    return Followed.open(options(replace), "run", "test", POLL, counts);
  }

  private static Pipeline pipeline(String runner) {
    PipelineOptions options = PipelineOptionsFactory.create();
    if (runner.equals("flink")) {
      options.setRunner(FlinkRunner.class);
      FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
      flink.setFlinkMaster("[local]");
      flink.setParallelism(2);
      flink.setStreaming(true);
      flink.setCheckpointingInterval(500L);
      flink.setMaxBundleTimeMills(50L);
      flink.setAttachedMode(false);
    } else {
      options.as(DirectOptions.class).setBlockOnRun(false);
    }
    return Pipeline.create(options);
  }

  /** Waits until the target has as many rows as the source. */
  private static void awaitCopied() throws SQLException {
    Instant deadline = Instant.now().plus(PATIENCE);
    long wanted = SOURCE.value("SELECT count(*) FROM item", Long.class);
    try (Connection connection = TARGET.connection();
        Statement statement = connection.createStatement()) {
      while (TARGET.value("SELECT count(*) FROM copy", Long.class) < wanted) {
        assertThat(Instant.now()).as("%d rows are not there in time", wanted).isBefore(deadline);
        statement.execute("SELECT pg_sleep(0.05)");
      }
    }
  }

  private static void stop(Followed followed, PipelineResult result)
      throws SQLException, IOException {
    followed.stop();
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!followed.isStopped()) {
      assertThat(Instant.now()).as("not drained in time").isBefore(deadline);
    }
    result.cancel();
  }

  private static void assertSame() throws SQLException {
    List<String> source =
        SOURCE.query("SELECT i::text FROM item i ORDER BY 1", row -> row.getString(1));
    assertThat(TARGET.query("SELECT c::text FROM copy c ORDER BY 1", row -> row.getString(1)))
        .isEqualTo(source);
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink"})
  void follow_shouldCopyWhatComesUntilItIsStopped(String runner) throws Exception {
    try (Followed followed = open(true)) {
      Pipeline pipeline = pipeline(runner);
      followed.applyTo(pipeline);
      PipelineResult result = pipeline.run();
      awaitCopied();
      for (int round = 0; round < 5; round++) {
        SOURCE.execute("INSERT INTO item (name) SELECT 'more' FROM generate_series(1, 700) i");
        awaitCopied();
      }
      SOURCE.execute("UPDATE item SET name = 'changed', at = clock_timestamp() WHERE id < 100");
      SOURCE.execute("INSERT INTO item (name) VALUES ('last')");
      awaitCopied();
      stop(followed, result);
      assertThat(Measure.WINDOWS.total()).isPositive();
      assertThat(Memory.ofThisJvm().peaks())
          .hasEntrySatisfying("follow public.item", most -> assertThat(most).isPositive());
    }
    assertSame();
    assertThat(LedgerView.job(options(true).target(), "j").orElseThrow().cursor()).isPresent();
  }

  @Test
  void follow_shouldGoOnWhereItEnded() throws Exception {
    for (int run = 0; run < 3; run++) {
      SOURCE.execute("INSERT INTO item (name) SELECT 'more' FROM generate_series(1, 700) i");
      try (Followed followed = open(false)) {
        Pipeline pipeline = pipeline("direct");
        followed.applyTo(pipeline);
        PipelineResult result = pipeline.run();
        awaitCopied();
        stop(followed, result);
      }
    }
    assertSame();
  }

  @Test
  void sync_shouldEndAWindowThatWasFollowed() throws Exception {
    try (Followed followed = open(false)) {
      Pipeline pipeline = pipeline("direct");
      followed.applyTo(pipeline);
      PipelineResult result = pipeline.run();
      awaitCopied();
      stop(followed, result);
    }
    SOURCE.execute("INSERT INTO item (name) SELECT 'more' FROM generate_series(1, 700) i");
    try (Incremental sync = Incremental.open(options(false), "run", "test")) {
      Pipeline pipeline = pipeline("direct");
      sync.applyTo(pipeline);
      pipeline.run().waitUntilFinish();
      assertThat(sync.finish(0, Instant.EPOCH, Instant.EPOCH)).isPresent();
      assertThat(sync.job().window()).isEmpty();
    }
    assertSame();
  }
}
