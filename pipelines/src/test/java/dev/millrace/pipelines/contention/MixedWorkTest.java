// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixedWorkTest {

  private static final int ROWS = 8_000;

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  @BeforeEach
  void createTables() throws SQLException {
    postgres.execute(
        "DROP TABLE IF EXISTS work, work_cpu, work_memory, work_io",
        "CREATE TABLE work AS SELECT i::bigint AS id, 'row ' || i AS payload"
            + " FROM generate_series(1, "
            + ROWS
            + ") i",
        "ALTER TABLE work ADD PRIMARY KEY (id)",
        "ANALYZE work");
    for (Kind kind : Kind.values()) {
      postgres.execute("CREATE TABLE work_" + kind + " (id bigint PRIMARY KEY, value bigint)");
    }
  }

  private static MixedOptions options(boolean pooled, Set<Kind> kinds) {
    return new MixedOptions(
        ConnectionSpec.of(postgres.jdbcUrl()),
        "work",
        kinds,
        pooled,
        2,
        ByteSize.ofMebibytes(1),
        Duration.ofMillis(1),
        ByteSize.ofKibibytes(16));
  }

  private static void run(MixedOptions options, String... flags) throws SQLException {
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(flags).create());
    MixedWork.applyTo(pipeline, options);
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @CsvSource({
    "true, --runner=DirectRunner, --targetParallelism=12",
    "false, --runner=DirectRunner, --targetParallelism=12",
    "true, --runner=FlinkRunner, --parallelism=6",
  })
  void work_shouldBeTheSame_inPoolsAndWithout_onBothRunners(
      boolean pooled, String runner, String threads) throws SQLException {
    run(options(pooled, EnumSet.allOf(Kind.class)), runner, threads);

    assertThat(
            postgres.differences(
                "SELECT id, value FROM work_cpu",
                "SELECT id, ('x' || left(encode(sha256(sha256(payload::bytea)), 'hex'), 16))"
                    + "::bit(64)::bigint FROM work"))
        .isZero();
    assertThat(
            postgres.differences(
                "SELECT id, value FROM work_io",
                "SELECT id, hashtextextended(payload, 0) FROM work"))
        .isZero();
    assertThat(postgres.value("SELECT count(*) FROM work_memory", Long.class)).isEqualTo(ROWS);
    assertThat(
            postgres.value(
                "SELECT count(*) FROM work_memory WHERE value BETWEEN 0 AND 131072", Long.class))
        .isEqualTo(ROWS);
  }

  @Test
  void options_shouldRefuse() {
    assertThatThrownBy(() -> options(true, Set.of()))
        .hasMessage("Invalid kinds: none (must be one or more)");
  }
}
