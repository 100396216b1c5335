// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.Target;
import dev.millrace.runners.run.FlinkContext;
import java.io.IOException;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** Checks that a run can go where it is meant to, and settles what depends on the place. */
public final class Placement {

  private Placement() {}

  /**
   * Settles parallelism and attachment.
   *
   * @param pipelines how many run at a time, among which the processors of a machine are divided
   * @throws UsageException if the options do not fit the place
   * @throws IOException if a cluster does not answer
   */
  public static void settle(CommonOptions options, int pipelines) throws IOException {
    Target.Kind kind = options.runner.kind();
    boolean called = kind == Target.Kind.FLINK && FlinkContext.isPresent();
    if (options.detached && !called && kind != Target.Kind.CLUSTER) {
      throw new UsageException(
          "Invalid --detached: true (must go with --runner=flink://HOST:PORT; a run within this"
              + " process ends with it)");
    }
    if (called) {
      int parallelism = FlinkContext.parallelism();
      parallelism(options, parallelism, parallelism);
      options.detached |= !FlinkContext.isAttached();
    } else if (kind == Target.Kind.CLUSTER) {
      settleOnCluster(options);
    } else {
      int processors = Runtime.getRuntime().availableProcessors();
      parallelism(options, Math.max(1, processors / pipelines), processors);
    }
  }

  private static void settleOnCluster(CommonOptions options) throws IOException {
    FlinkRest.Overview cluster = rest(options.runner).overview();
    String ours = EnvironmentInformation.getVersion();
    if (!line(cluster.flinkVersion()).equals(line(ours))) {
      throw new UsageException(
          "Invalid --runner: %s, which is Flink %s (must be Flink %s)"
              .formatted(options.runner, cluster.flinkVersion(), line(ours)));
    }
    if (cluster.slots() == 0) {
      throw new IllegalStateException(
          "Cannot run on %s: the cluster has no slots; see whether its TaskManagers run"
              .formatted(options.runner));
    }
    // None may be free just now and some soon: a job waits, but not for ever.
    int slots = cluster.freeSlots() > 0 ? cluster.freeSlots() : cluster.slots();
    parallelism(options, slots, slots);
    if (options.parallelism > cluster.slots()) {
      throw new UsageException(
          "Invalid --parallelism: %d (must be at most %d, the slots of %s)"
              .formatted(options.parallelism, cluster.slots(), options.runner));
    }
  }

  /**
   * Over how many processes a run is spread, at most.
   *
   * @throws IOException if a cluster does not answer
   */
  public static int processes(CommonOptions options) throws IOException {
    return options.runner.isCluster()
        ? Math.min(options.parallelism, Math.max(1, rest(options.runner).overview().taskManagers()))
        : 1;
  }

  static FlinkRest rest(Target cluster) {
    return FlinkRest.at(cluster.host(), cluster.port());
  }

  /** Settles what was not given: for each of several pipelines, and for one that runs alone. */
  private static void parallelism(CommonOptions options, int beside, int alone) {
    boolean isGiven = options.parallelism != CommonOptions.NOT_GIVEN;
    options.alone = isGiven ? options.parallelism : alone;
    options.parallelism = isGiven ? options.parallelism : beside;
  }

  /** {@code 1.19} of {@code 1.19.3}: within it clients and clusters understand each other. */
  private static String line(String version) {
    return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }
}
