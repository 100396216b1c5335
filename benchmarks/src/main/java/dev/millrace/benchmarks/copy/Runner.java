// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** A runner with the flags that Beam gives it, but for Flink's parallelism. */
public enum Runner {
  DIRECT,
  FLINK;

  public PipelineOptions options(int parallelism) {
    return switch (this) {
      case DIRECT -> PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create();
      case FLINK ->
          PipelineOptionsFactory.fromArgs(
                  "--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=" + parallelism)
              .create();
    };
  }
}
