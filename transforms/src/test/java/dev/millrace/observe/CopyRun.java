// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import dev.millrace.block.Block;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.read.ReadTable;
import dev.millrace.write.Flush;
import dev.millrace.write.WriteTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.runners.flink.FlinkRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/** What the stages of one copy of a table {@code s} to a table {@code t} spent. */
record CopyRun(List<StageTime> stages) {

  /** More than processors. */
  private static final int THREADS = 4;

  /** Copies on the direct runner. */
  static CopyRun direct(
      ConnectionSpec spec, PTransform<PCollection<Block>, PCollection<Block>> by) {
    DirectOptions options = PipelineOptionsFactory.as(DirectOptions.class);
    options.setTargetParallelism(THREADS);
    options.setEnforceImmutability(false);
    options.setEnforceEncodability(false);
    return of(options, spec, by);
  }

  /** Copies on a runner that fuses. */
  static CopyRun flink(ConnectionSpec spec, PTransform<PCollection<Block>, PCollection<Block>> by) {
    FlinkPipelineOptions options = PipelineOptionsFactory.as(FlinkPipelineOptions.class);
    options.setRunner(FlinkRunner.class);
    options.setFlinkMaster("[local]");
    options.setParallelism(2);
    return of(options, spec, by);
  }

  private static CopyRun of(
      PipelineOptions options,
      ConnectionSpec spec,
      PTransform<PCollection<Block>, PCollection<Block>> by) {
    Map<String, StageTime> before = Stage.times();
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply(ReadTable.from(spec, "s").blockSize(ByteSize.ofKibibytes(64)))
        .apply(by)
        .apply(
            WriteTable.into(spec, "t").flush(Flush.DEFAULT.withBytes(ByteSize.ofKibibytes(256))));
    pipeline.run().waitUntilFinish();
    return new CopyRun(Stage.since(before));
  }

  /** A step that does nothing. */
  static PTransform<PCollection<Block>, PCollection<Block>> nothing() {
    return new PTransform<>() {
      @Override
      public PCollection<Block> expand(PCollection<Block> input) {
        return input;
      }
    };
  }

  Bottleneck bottleneck() {
    return Bottleneck.of(stages).orElseThrow();
  }

  StageTime stage(String name) {
    Optional<StageTime> found = stages.stream().filter(each -> each.stage().equals(name)).findAny();
    return found.orElseThrow(() -> new AssertionError("no " + name + " in " + stages));
  }
}
