// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.contention;

import dev.millrace.benchmarks.measure.Labels;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** How the threads of a JVM are shared among kinds of work. */
public enum Contender {
  /** As the runner does by itself: a thread for each processor, for whatever comes next. */
  DEFAULT_DIRECT(true, false, false),
  /** Many threads, for whatever comes next. */
  UNBOUNDED_DIRECT(true, true, false),
  /** Many threads, each kind of work within its pool. */
  POOLS_DIRECT(true, true, true),
  DEFAULT_FLINK(false, false, false),
  UNBOUNDED_FLINK(false, true, false),
  POOLS_FLINK(false, true, true);

  private final boolean isDirect;
  private final boolean hasMany;
  private final boolean isPooled;

  Contender(boolean isDirect, boolean hasMany, boolean isPooled) {
    this.isDirect = isDirect;
    this.hasMany = hasMany;
    this.isPooled = isPooled;
  }

  boolean isPooled() {
    return isPooled;
  }

  /** The one with pools on the same runner. */
  Contender pools() {
    return isDirect ? POOLS_DIRECT : POOLS_FLINK;
  }

  PipelineOptions options(int many) {
    int threads = hasMany ? many : Runtime.getRuntime().availableProcessors();
    return isDirect
        ? PipelineOptionsFactory.fromArgs("--runner=DirectRunner", "--targetParallelism=" + threads)
            .create()
        : PipelineOptionsFactory.fromArgs(
                "--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=" + threads)
            .create();
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
