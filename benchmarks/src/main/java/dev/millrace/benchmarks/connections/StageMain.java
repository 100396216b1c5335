// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import com.google.common.base.Throwables;
import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.block.Blocks;
import dev.millrace.observe.Timing;
import dev.millrace.pipelines.connections.FanOut;
import dev.millrace.pipelines.connections.FanOutOptions;
import java.io.Serializable;
import java.sql.SQLException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;
import org.jspecify.annotations.Nullable;

/** What runs in a child JVM of the benchmark: one contender, once. */
public final class StageMain {

  /** As many as the pool that comes with {@code JdbcIO} has. */
  static final int WRITERS = 8;

  private static final double MILLISECONDS = 1e3;

  private StageMain() {}

  /**
   * How it ended.
   *
   * @param seconds from before the first connection to after the last commit, or to the failure
   * @param failure what the server, or else the pool, said; null if it finished
   * @param acquire how long threads waited for a connection; null where that is not measured
   */
  record Ended(double seconds, @Nullable String failure, @Nullable Acquire acquire)
      implements Serializable {}

  /** Milliseconds that half, and 99 %, of the waits for a connection did not exceed. */
  record Acquire(double p50Millis, double p99Millis) implements Serializable {}

  /** Takes a {@link StageJob} and answers with how it {@link Ended}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF);
    ChildJvm.serve(args, StageJob.class, StageMain::measure);
  }

  private static Ended measure(StageJob job) {
    long start = System.nanoTime();
    @Nullable String failure = null;
    try {
      job.contender().spread(job);
    } catch (Exception failed) {
      failure = reason(failed);
    }
    return new Ended((System.nanoTime() - start) / 1e9, failure, acquire());
  }

  /** Millrace's pipeline, as its user writes it. */
  static void spread(StageJob job) throws SQLException {
    FanOutOptions options =
        new FanOutOptions(
            job.server(),
            job.source(),
            job.server().withMaxConnections(WRITERS),
            job.targets(),
            StageTables.BY,
            List.of(StageTables.KEY),
            Blocks.DEFAULT_SIZE,
            job.parallelism());
    try (FanOut fanOut = FanOut.open(options)) {
      Pipeline pipeline = Pipeline.create(job.contender().runner().options(job.parallelism()));
      fanOut.applyTo(pipeline);
      pipeline.run().waitUntilFinish();
    }
  }

  private static String reason(Exception failed) {
    Throwable root = Throwables.getRootCause(failed);
    return root instanceof SQLException sql && sql.getSQLState() != null
        ? sql.getSQLState() + " " + sql.getMessage()
        : root.getClass().getSimpleName() + " " + root.getMessage();
  }

  private static @Nullable Acquire acquire() {
    return Timing.POOL_ACQUIRE.count() == 0
        ? null
        : new Acquire(
            millis(Timing.POOL_ACQUIRE.quantile(0.5)), millis(Timing.POOL_ACQUIRE.quantile(0.99)));
  }

  private static double millis(double seconds) {
    return seconds * MILLISECONDS;
  }
}
