// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.pipelines.airquality.generate.GeneratedData;
import dev.millrace.testing.PostgresExtension;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The same rows on embedded Flink as on the direct runner. */
class FlinkRunTest {
  @RegisterExtension static final PostgresExtension direct = new PostgresExtension();
  @RegisterExtension static final PostgresExtension flink = new PostgresExtension();

  @Test
  void run_shouldWriteTheSameRowsOnFlink(@TempDir Path data) throws SQLException {
    GeneratedData.ofSeed(9).withStations(3).withHours(3_000).writeTo(data);

    List<Stage.Counts> onDirect = runAll(direct, data, DirectRunner.class);
    List<Stage.Counts> onFlink = runAll(flink, data, FlinkRunner.class);

    assertThat(onFlink).isEqualTo(onDirect);
    assertThat(onFlink.get(1).written()).containsEntry("silver_hour", 9_000L);
    for (String table : List.of("silver_hour", "gold_city_day", "gold_exceedance_run")) {
      String sum = "SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM " + table + " t";
      assertThat(flink.value(sum, String.class))
          .as(table)
          .isEqualTo(direct.value(sum, String.class));
    }
  }

  private static List<Stage.Counts> runAll(
      PostgresExtension postgres, Path data, Class<? extends PipelineRunner<?>> runner)
      throws SQLException {
    AirQuality airQuality = AirQuality.in(ConnectionSpec.of(postgres.jdbcUrl()));
    List<Stage.Counts> counts = new ArrayList<>();
    counts.add(run(airQuality.bronze(data), runner));
    counts.add(run(airQuality.silver(), runner));
    counts.add(run(airQuality.gold(), runner));
    return counts;
  }

  private static Stage.Counts run(Stage stage, Class<? extends PipelineRunner<?>> runner)
      throws SQLException {
    FlinkPipelineOptions options = PipelineOptionsFactory.as(FlinkPipelineOptions.class);
    options.setRunner(runner);
    options.setFlinkMaster("[local]");
    options.setParallelism(2);
    Pipeline pipeline = Pipeline.create(options);
    stage.applyTo(pipeline);
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return stage.counts(result);
  }
}
