// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.Usage;
import java.io.Serializable;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What runs in a child JVM of the benchmark: one stock contender, once. */
public final class BackfillMain {

  private BackfillMain() {}

  /**
   * What it took.
   *
   * @param windowSeconds of each window, in order
   * @param cpuSeconds user and system, since the JVM started
   * @param peakRssBytes the largest resident set, null where the system does not tell
   */
  record Took(List<Double> windowSeconds, double cpuSeconds, @Nullable Long peakRssBytes)
      implements Serializable {}

  /** Takes a {@link BackfillJob} and answers with what it {@link Took}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF);
    ChildJvm.serve(args, BackfillJob.class, BackfillMain::measure);
  }

  private static Took measure(BackfillJob job) {
    List<Double> seconds = new StockBackfill(job).run();
    return new Took(seconds, Usage.cpuSeconds(), Usage.peakRssBytes());
  }
}
