// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.MemorySample;
import dev.millrace.benchmarks.measure.MemorySampler;
import dev.millrace.benchmarks.measure.Usage;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What runs in a child JVM of the benchmark: one contender, once. */
public final class ContenderMain {

  private ContenderMain() {}

  /** Takes a {@link Job} and answers with what was {@link Measured}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.WARNING);
    ChildJvm.serve(args, Job.class, ContenderMain::measure);
  }

  private static Measured measure(Job job) throws Exception {
    @Nullable MemorySampler sampler =
        job.sampleEvery() == null ? null : MemorySampler.start(job.sampleEvery());
    long start = System.nanoTime();
    job.contender().copy(job);
    double seconds = (System.nanoTime() - start) / 1e9;
    List<MemorySample> samples = sampler == null ? List.of() : sampler.stop();
    return new Measured(seconds, Usage.cpuSeconds(), Usage.peakRssBytes(), samples);
  }
}
