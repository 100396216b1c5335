// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.block.Blocks;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Checksum;
import dev.millrace.pipelines.sync.SyncOptions.Mode;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Generated values of every type, copied between two databases and compared by them. */
class SyncTypesTest {

  private static final int ROWS = Boolean.getBoolean("millrace.chaos") ? 10_000 : 2_000;

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  // Of the source, which no test changes.
  private static @Nullable Checksum expected;

  @BeforeAll
  static void fillSource() throws SQLException {
    List<String> reversed = new ArrayList<>(EveryType.EXTENSIONS);
    Collections.reverse(reversed);
    List<String> reversedTypes = new ArrayList<>(EveryType.USER_TYPES);
    Collections.swap(reversedTypes, 0, 1);
    for (String extension : EveryType.EXTENSIONS) {
      SOURCE.execute("CREATE EXTENSION " + extension);
    }
    for (String extension : reversed) {
      TARGET.execute("CREATE EXTENSION " + extension);
    }
    SOURCE.execute(EveryType.USER_TYPES.toArray(String[]::new));
    TARGET.execute(reversedTypes.toArray(String[]::new));
    SOURCE.execute(EveryType.USER_TYPES_OF_USER_TYPES.toArray(String[]::new));
    TARGET.execute(EveryType.USER_TYPES_OF_USER_TYPES.toArray(String[]::new));
    SOURCE.execute(
        EveryType.FUNCTIONS,
        "CREATE EXTENSION dblink",
        "CREATE TABLE source " + EveryType.columns(),
        EveryType.rows(ROWS),
        "CREATE TABLE ours AS " + EveryType.texts("source"));
  }

  @ParameterizedTest
  @CsvSource({"DIRECT,APPEND", "DIRECT,UPSERT", "FLINK,APPEND", "FLINK,UPSERT", "FLINK,LEDGER"})
  void sync_shouldCopyEveryTypeExactly(String runner, Mode mode) throws SQLException {
    TARGET.execute("DROP TABLE IF EXISTS target", "CREATE TABLE target " + EveryType.columns());
    if (mode == Mode.UPSERT) {
      TARGET.execute(
          "INSERT INTO target (id, c15) SELECT i, 'stale' FROM generate_series(1, 99) i");
    }
    try (Sync sync = Sync.open(options(mode), "run", "test")) {
      Pipeline pipeline = pipeline(runner.equals("FLINK") ? FlinkRunner.class : DirectRunner.class);
      sync.applyTo(pipeline);
      pipeline.run().waitUntilFinish();
      expected = expected == null ? sync.sourceChecksum() : expected;
      assertThat(sync.targetChecksum()).isEqualTo(expected);
    }
    assertThat(TARGET.value("SELECT count(*)::int FROM target", Integer.class)).isEqualTo(ROWS);
    SOURCE.execute(
        "DROP TABLE IF EXISTS theirs",
        "CREATE TABLE theirs AS SELECT r FROM dblink('%s', $q$%s$q$) AS d(r text)"
            .formatted(theirConnection(), EveryType.texts("target")));
    String missing = "SELECT r FROM ours EXCEPT ALL SELECT r FROM theirs";
    String added = "SELECT r FROM theirs EXCEPT ALL SELECT r FROM ours";
    assertThat(SOURCE.query(missing, row -> row.getString(1))).isEmpty();
    assertThat(SOURCE.query(added, row -> row.getString(1))).isEmpty();
  }

  private static String theirConnection() throws SQLException {
    String zone = SOURCE.value("SELECT current_setting('timezone')", String.class);
    return "host=127.0.0.1 port=%d user=postgres dbname=%s options=-ctimezone=%s"
        .formatted(
            TARGET.server().port(),
            TARGET.value("SELECT current_database()::text", String.class),
            zone);
  }

  private static Pipeline pipeline(Class<? extends PipelineRunner<?>> runner) {
    FlinkPipelineOptions options = PipelineOptionsFactory.as(FlinkPipelineOptions.class);
    options.setRunner(runner);
    options.setParallelism(2);
    return Pipeline.create(options);
  }

  private static SyncOptions options(Mode mode) {
    return new SyncOptions(
        ConnectionSpec.of(SOURCE.jdbcUrl()),
        "source",
        ConnectionSpec.of(TARGET.jdbcUrl()),
        "target",
        mode,
        mode == Mode.UPSERT ? List.of("id") : List.of(),
        "",
        List.of(),
        "",
        Blocks.DEFAULT_SIZE,
        2,
        List.of(),
        null);
  }
}
