// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import org.apache.flink.api.java.ExecutionEnvironment;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ReadableConfig;

/** The context in which Flink's own command line, or its web UI, calls a program. */
@SuppressWarnings("deprecation") // of the API that Beam runs bounded pipelines on
public final class FlinkContext {

  private FlinkContext() {}

  /** Whether this process was started by Flink, which then says where and how a job runs. */
  public static boolean isPresent() {
    return !ExecutionEnvironment.areExplicitEnvironmentsAllowed();
  }

  /** Whether whoever submits stays to see the job's end; false for {@code flink run --detached}. */
  public static boolean isAttached() {
    ReadableConfig settings = ExecutionEnvironment.getExecutionEnvironment().getConfiguration();
    return settings.get(DeploymentOptions.ATTACHED);
  }

  /** What {@code flink run -p} says, or the configuration. */
  public static int parallelism() {
    return Math.max(1, ExecutionEnvironment.getExecutionEnvironment().getParallelism());
  }
}
