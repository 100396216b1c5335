// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import dev.millrace.observe.ResidentMemory;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Collects garbage and looks at this JVM's memory, again and again until it is asked. */
public final class MemorySampler {

  private final long start = System.nanoTime();
  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final List<MemorySample> samples = new ArrayList<>();

  private MemorySampler() {}

  /** Starts, in this JVM. */
  public static MemorySampler start(Duration every) {
    MemorySampler sampler = new MemorySampler();
    long millis = every.toMillis();
    var unused =
        sampler.clock.scheduleWithFixedDelay(
            sampler::sample, millis, millis, TimeUnit.MILLISECONDS);
    return sampler;
  }

  /** Stops and tells what was seen, in order of time. */
  public List<MemorySample> stop() throws InterruptedException {
    clock.shutdown();
    if (!clock.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("Cannot stop sampling: a collection takes over a minute");
    }
    return List.copyOf(samples);
  }

  private void sample() {
    memory.gc();
    OptionalLong rss = ResidentMemory.bytes();
    samples.add(
        new MemorySample(
            (System.nanoTime() - start) / 1e9,
            memory.getHeapMemoryUsage().getUsed(),
            rss.isPresent() ? rss.getAsLong() - memory.getHeapMemoryUsage().getCommitted() : null));
  }
}
