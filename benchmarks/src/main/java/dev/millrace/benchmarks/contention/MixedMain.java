// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.contention;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.observe.Timing;
import dev.millrace.pipelines.contention.Kind;
import dev.millrace.pipelines.contention.MixedWork;
import dev.millrace.pipelines.contention.WorkTimes;
import java.io.Serializable;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;

/** What runs in a child JVM of the benchmark: one contender, once. */
public final class MixedMain {

  private MixedMain() {}

  /**
   * How a run ended.
   *
   * @param seconds from before the first connection to the last commit
   * @param p99 seconds that 99 of 100 blocks took at most, by kind, once they had their slots
   * @param slotWait seconds that 99 of 100 waits for slots took at most
   */
  record Ended(double seconds, EnumMap<Kind, Double> p99, double slotWait)
      implements Serializable {}

  /** Takes a {@link MixedJob} and answers with how it {@link Ended}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF);
    ChildJvm.serve(args, MixedJob.class, MixedMain::measure);
  }

  private static Ended measure(MixedJob job) throws SQLException {
    long start = System.nanoTime();
    Pipeline pipeline = Pipeline.create(job.contender().options(job.threads()));
    MixedWork.applyTo(pipeline, job.options());
    pipeline.run().waitUntilFinish();
    double seconds = (System.nanoTime() - start) / 1e9;
    EnumMap<Kind, Double> p99 = new EnumMap<>(Kind.class);
    job.options().kinds().forEach(kind -> p99.put(kind, WorkTimes.p99Seconds(kind)));
    double wait = Timing.SLOT_WAIT.count() == 0 ? 0 : Timing.SLOT_WAIT.quantile(0.99);
    return new Ended(seconds, p99, wait);
  }
}
