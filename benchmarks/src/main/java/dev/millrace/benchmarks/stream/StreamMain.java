// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.stream;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.MemorySample;
import dev.millrace.benchmarks.measure.MemorySampler;
import dev.millrace.benchmarks.measure.Usage;
import dev.millrace.pipelines.memory.GeneratedStream;
import java.io.Serializable;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;
import org.jspecify.annotations.Nullable;

/** What runs in a child JVM of the benchmark: one contender, once. */
public final class StreamMain {

  private StreamMain() {}

  /**
   * What came of it.
   *
   * @param seconds from before the first connection to the last commit
   * @param peakRssBytes the largest resident set; null where the system does not tell
   * @param samples of the memory
   */
  record Ended(double seconds, @Nullable Long peakRssBytes, List<MemorySample> samples)
      implements Serializable {}

  /** Takes a {@link StreamJob} and answers with how it {@link Ended}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF);
    ChildJvm.serve(args, StreamJob.class, StreamMain::measure);
  }

  private static Ended measure(StreamJob job) throws Exception {
    MemorySampler sampler = MemorySampler.start(job.sampleEvery());
    long start = System.nanoTime();
    Pipeline pipeline =
        Pipeline.create(job.contender().runner().options(job.options().parallelism()));
    if (job.contender() == Contender.JDBCIO_DIRECT) {
      StockStream.applyTo(pipeline, job.options());
    } else {
      GeneratedStream.applyTo(pipeline, job.options());
    }
    pipeline.run().waitUntilFinish();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Ended(seconds, Usage.peakRssBytes(), sampler.stop());
  }
}
