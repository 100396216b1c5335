// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.block.Blocks;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.Row;
import picocli.CommandLine.Command;

/**
 * Loads what a run on the direct runner loads, so that the launcher can archive the classes. It
 * connects to nothing.
 */
@Command(name = "train", hidden = true)
final class TrainCommand extends RunCommand {

  TrainCommand(Console console) {
    super(console);
  }

  @Override
  Work work() {
    return run -> {
      Pipeline pipeline = Pipeline.create(PipelineRun.options(run.options(), "millrace-train"));
      Schema schema = Schema.builder().addInt64Field("id").addStringField("name").build();
      pipeline
          .apply(
              Create.of(Row.withSchema(schema).addValues(1L, "one").build()).withRowSchema(schema))
          .apply(Blocks.fromRows())
          .apply(Blocks.toRows());
      return Outcome.of(PipelineRun.counts(PipelineRun.await(pipeline, run.stop())));
    };
  }
}
