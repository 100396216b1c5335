// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.connect.Pool;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Timing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a run met with at its databases, as far as it ran within this JVM.
 *
 * @param retries attempts of what had failed for a while, by SQLState
 * @param timeouts limits of time that were passed, by kind
 * @param throttles how often fewer connections were let in at once, by reason
 * @param lockWaitSeconds for how long its sessions were seen waiting for locks, all together
 * @param seconds the 50th and 99th percentile of what was timed
 * @param events the latest of what was decided for these reasons
 */
public record DatabaseUse(
    SortedMap<String, Long> retries,
    SortedMap<String, Long> timeouts,
    SortedMap<String, Long> throttles,
    double lockWaitSeconds,
    SortedMap<String, List<Double>> seconds,
    List<String> events) {

  /** That many events are told at most. */
  private static final int MOST = 20;

  public static DatabaseUse ofThisJvm() {
    SortedMap<String, List<Double>> seconds = new TreeMap<>();
    for (Timing timing : Timing.values()) {
      if (timing.count() > 0) {
        seconds.put(
            timing.name().toLowerCase(Locale.ROOT),
            List.of(millis(timing.quantile(0.5)), millis(timing.quantile(0.99))));
      }
    }
    return new DatabaseUse(
        Measure.RETRIES.totals(),
        Measure.TIMEOUTS.totals(),
        Measure.THROTTLES.totals(),
        Pool.lockWaitSeconds(),
        seconds,
        latestEvents());
  }

  private static List<String> latestEvents() {
    List<Events.Event> all = Events.latest();
    return all.subList(Math.max(0, all.size() - MOST), all.size()).stream()
        .map(event -> "%s %s: %s".formatted(event.time(), event.kind(), event.text()))
        .toList();
  }

  private static double millis(double seconds) {
    return Math.round(seconds * 1e6) / 1e6;
  }

  /** What a program may want to know. */
  Map<String, Object> toMap() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("retries", retries);
    fields.put("timeouts", timeouts);
    fields.put("throttles", throttles);
    fields.put("events", events);
    fields.put("lock_wait_seconds", lockWaitSeconds);
    seconds.forEach(
        (what, quantiles) -> {
          fields.put(what + "_p50_seconds", quantiles.get(0));
          fields.put(what + "_p99_seconds", quantiles.get(1));
        });
    return fields;
  }

  /** Adds what a human should know: that not all went by itself. */
  void tell(List<String> lines) {
    if (!retries.isEmpty()) {
      lines.add("  tried again  %14s".formatted(kinds(retries)));
    }
    if (!timeouts.isEmpty()) {
      lines.add("  timeouts     %14s".formatted(kinds(timeouts)));
    }
    if (!throttles.isEmpty()) {
      lines.add("  throttled    %14s".formatted(kinds(throttles)));
    }
    if (lockWaitSeconds > 0) {
      lines.add(String.format(Locale.ROOT, "  lock waits   %,14.1f s", lockWaitSeconds));
    }
  }

  /** How often it was what, on a line. */
  static String kinds(SortedMap<String, Long> counts) {
    return counts.entrySet().stream()
        .map(each -> each.getKey() + ": " + each.getValue())
        .collect(Collectors.joining(", "));
  }
}
