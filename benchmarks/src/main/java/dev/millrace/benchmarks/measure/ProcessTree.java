// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a process and all that it starts use together, looked at every 50 ms: what one uses after it
 * was last looked at is not seen. Not thread-safe.
 */
public final class ProcessTree {

  private static final long EVERY_MILLIS = 50;

  private final Process root;
  private final Map<Long, Duration> cpu = new HashMap<>();
  private long peakRssBytes;

  public ProcessTree(Process root) {
    this.root = root;
  }

  /**
   * Looks on until the process ends.
   *
   * @return whether it ended; otherwise it and all that it started are killed
   * @throws InterruptedException if the caller is interrupted; all are killed
   */
  public boolean await(Duration deadline) throws InterruptedException {
    long start = System.nanoTime();
    boolean ended = false;
    try {
      while (!ended && System.nanoTime() - start < deadline.toNanos()) {
        look();
        ended = root.waitFor(EVERY_MILLIS, TimeUnit.MILLISECONDS);
      }
      return ended;
    } finally {
      if (!ended) {
        root.descendants().forEach(ProcessHandle::destroyForcibly);
        root.destroyForcibly().waitFor();
      }
    }
  }

  /** User and system seconds of all. */
  public double cpuSeconds() {
    return cpu.values().stream().mapToLong(Duration::toNanos).sum() / 1e9;
  }

  /** The most that all had resident at once, memory that they share counted for each; 0 unknown. */
  public long peakRssBytes() {
    return peakRssBytes;
  }

  private void look() {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(root.toHandle()), root.descendants()).toList();
    long rss = 0;
    for (ProcessHandle each : all) {
      each.info()
          .totalCpuDuration()
          .ifPresent(used -> cpu.merge(each.pid(), used, ProcessTree::later));
      rss += rssBytes(each.pid());
    }
    peakRssBytes = Math.max(peakRssBytes, rss);
  }

  private static Duration later(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** What a process has resident; 0 unknown. */
  static long rssBytes(long pid) {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException gone) {
      return 0;
    }
  }
}
