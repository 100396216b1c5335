// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import dev.millrace.benchmarks.measure.ChildJvm;
import java.io.Serializable;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What runs in a child JVM of the benchmark: one contender, once. */
public final class LookupMain {

  private LookupMain() {}

  /**
   * What came out, by which runs are compared.
   *
   * @param visits enriched
   * @param score of their accounts, all together
   * @param names characters of their accounts' names, all together
   */
  record Sums(long visits, long score, long names) implements Serializable {}

  /**
   * How a run ended.
   *
   * @param seconds from before the first connection to the last visit
   */
  record Ended(double seconds, Sums sums) implements Serializable {}

  /** Takes a {@link LookupJob} and answers with how it {@link Ended}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF);
    ChildJvm.serve(args, LookupJob.class, LookupMain::measure);
  }

  private static Ended measure(LookupJob job) {
    long start = System.nanoTime();
    Sums sums = job.contender().enrich(job);
    return new Ended((System.nanoTime() - start) / 1e9, sums);
  }
}
