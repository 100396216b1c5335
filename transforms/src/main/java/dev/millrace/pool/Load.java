// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import dev.millrace.control.Resource;
import dev.millrace.control.Slowdown;
import dev.millrace.observe.Memory;
import dev.millrace.observe.Timing;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How scarce the resources of this machine are, as was seen when it was looked at last; on Linux by
 * what the kernel tells. Used by one thread.
 */
final class Load {

  /**
   * A processor does well with some threads that are ready; many more only get in each other's way.
   */
  private static final double THREADS = 6;

  /** Of the time, in percent, for which somebody waited for a disk. */
  private static final double STALLED = 40;

  /** A commit beside others takes longer than one alone, and more is done for it. */
  private static final double SLOWER = 4;

  /** Fewer commits say little. */
  private static final long COMMITS = 3;

  /** Of the newest in what is smoothed: threads are counted at one moment. */
  private static final double WEIGHT = 0.3;

  private static final Path STAT = Path.of("/proc/stat");
  private static final Path PRESSURE = Path.of("/proc/pressure/io");
  private static final Pattern RUNNING = Pattern.compile("(?m)^procs_running (\\d+)");
  private static final Pattern PROCESSOR = Pattern.compile("(?m)^cpu\\d+ ");
  private static final Pattern SOME = Pattern.compile("some avg10=([0-9.]+)");

  private final Slowdown commits = new Slowdown();
  private long commitCount;
  private double commitSeconds;
  private double threads = Double.NaN;
  private double stalled = Double.NaN;

  Load() {
    commitCount = Timing.COMMIT.count();
    commitSeconds = Timing.COMMIT.seconds();
  }

  /** Looks at all of it. */
  void look(long now) {
    double ready = readyThreads();
    threads = Double.isNaN(threads) ? ready : threads + WEIGHT * (ready - threads);
    stalled = number(SOME, read(PRESSURE)).orElse(Double.NaN);
    long count = Timing.COMMIT.count();
    if (count - commitCount >= COMMITS) {
      double seconds = Timing.COMMIT.seconds();
      commits.took((seconds - commitSeconds) / (count - commitCount), now);
      commitCount = count;
      commitSeconds = seconds;
    }
  }

  /** How many times as scarce it is as can be borne; NaN if not known. */
  double scarcity(Resource resource) {
    return switch (resource) {
      case CPU -> threads / THREADS;
      case MEMORY -> Memory.ofThisJvm().pressure();
      case IO -> larger(stalled / STALLED, commits.times() / SLOWER);
      case NONE -> Double.NaN;
    };
  }

  /** Of two that may not be known. */
  private static double larger(double one, double other) {
    return Double.isNaN(one) ? other : Double.isNaN(other) ? one : Math.max(one, other);
  }

  /** What was seen, for who wants to know why. */
  String sign(Resource resource) {
    return switch (resource) {
      case CPU -> "%.1f threads a processor are ready to run".formatted(threads);
      case MEMORY -> Memory.ofThisJvm().sign();
      case IO ->
          stalled / STALLED >= commits.times() / SLOWER || Double.isNaN(commits.times())
              ? "work waits for disks for %.0f %% of the time".formatted(stalled)
              : "commits take %.1f times as long as at best".formatted(commits.times());
      case NONE -> "";
    };
  }

  private static double readyThreads() {
    String stat = read(STAT);
    OptionalDouble running = number(RUNNING, stat);
    if (running.isPresent()) {
      return running.getAsDouble() / Math.max(1, PROCESSOR.matcher(stat).results().count());
    }
    double average = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return average < 0 ? Double.NaN : average / Runtime.getRuntime().availableProcessors();
  }

  private static OptionalDouble number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find()
        ? OptionalDouble.of(Double.parseDouble(matcher.group(1)))
        : OptionalDouble.empty();
  }

  /** Empty where there is no such thing. */
  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException none) {
      return "";
    }
  }
}
