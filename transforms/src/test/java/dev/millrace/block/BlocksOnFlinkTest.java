// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.TestPipelineExtension;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Values of every type keep through the coders that embedded Flink copies and shuffles with. */
class BlocksOnFlinkTest {

  @RegisterExtension
  final TestPipelineExtension pipeline = TestPipelineExtension.fromOptions(options());

  private static FlinkPipelineOptions options() {
    FlinkPipelineOptions options = PipelineOptionsFactory.as(FlinkPipelineOptions.class);
    options.setRunner(FlinkRunner.class);
    options.setFlinkMaster("[local]");
    options.setParallelism(2);
    return options;
  }

  @Test
  void fromRows_shouldGiveBackWhatToRowsTook() {
    PAssert.that(
            pipeline
                .apply(BlocksTest.blocks(given()))
                .apply("BlocksShuffled", Reshuffle.viaRandomKey())
                .apply(Blocks.map(given().schema(), (batch, allocator) -> batch))
                .apply(Blocks.toRows())
                .apply("RowsShuffled", Reshuffle.viaRandomKey())
                .apply(Blocks.fromRows()))
        .satisfies(
            found -> {
              List<Object> values = new ArrayList<>();
              found.forEach(one -> values.addAll(BlockFixtures.rows(one)));
              assertThat(values).containsExactlyInAnyOrderElementsOf(BlockFixtures.rows(given()));
              return null;
            });
    pipeline.run();
  }

  private static Block given() {
    return BlockFixtures.sample(BlockFixtures.everyType(), 300, 4);
  }
}
