// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.PostgresExtension;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneratedStreamTest {

  @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();

  private static StreamOptions options(long rows, int width) {
    return new StreamOptions(ConnectionSpec.of(postgres.jdbcUrl()), "generated", rows, width, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "DirectRunner, 100000, 10",
    "DirectRunner, 3, 3000000",
    "DirectRunner, 0, 10",
    "FlinkRunner, 100000, 10",
  })
  void applyTo_shouldWriteEachRowOnce(String runner, long rows, int width) throws SQLException {
    postgres.execute(
        "DROP TABLE IF EXISTS generated",
        "CREATE TABLE generated (id bigint, number double precision, payload text)");
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=" + runner).create());
    GeneratedStream.applyTo(pipeline, options(rows, width));
    pipeline.run().waitUntilFinish();

    assertThat(
            postgres.differences(
                "SELECT id, length(payload) FROM generated",
                "SELECT i, %d FROM generate_series(0::bigint, %d) i".formatted(width, rows - 1)))
        .isZero();
    assertThat(
            postgres.value(
                "SELECT count(*) FROM generated WHERE number < 0 OR number >= 1", Long.class))
        .isZero();
  }

  @Test
  void options_shouldRefuse() {
    assertThatThrownBy(() -> options(-1, 1)).hasMessage("Invalid rows: -1 (must be 0 or more)");
    assertThatThrownBy(() -> options(1, 10_000_001))
        .hasMessage("Invalid width: 10000001 (must be from 0 to 10000000 characters)");
  }
}
