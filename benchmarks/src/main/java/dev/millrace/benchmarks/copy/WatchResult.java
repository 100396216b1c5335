// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.Ratio;
import dev.millrace.benchmarks.measure.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What it costs to watch a copy.
 *
 * @param rows of the table
 * @param parallelism of the copies
 * @param runs of all rounds
 */
public record WatchResult(long rows, int parallelism, List<Run> runs) {

  /**
   * One copy.
   *
   * @param seconds by its own summary: without the start of its process
   * @param processSeconds from before its start to after its end
   * @param cpuSeconds of the process, user and system
   * @param peakRssBytes the most that it had resident; 0 unknown
   */
  public record Run(
      Watch watch,
      int round,
      double seconds,
      double processSeconds,
      double cpuSeconds,
      long peakRssBytes) {}

  public WatchResult {
    runs = List.copyOf(runs);
  }

  private TreeSet<Watch> watches() {
    return runs.stream().map(Run::watch).collect(Collectors.toCollection(TreeSet::new));
  }

  private List<Double> of(Watch watch, ToDoubleFunction<Run> value) {
    return runs.stream()
        .filter(run -> run.watch() == watch)
        .map(run -> value.applyAsDouble(run))
        .toList();
  }

  /** How many times what a copy takes that nobody looks at, round by round. */
  public Ratio ratio(Watch watch, ToDoubleFunction<Run> value) {
    return Ratio.of(of(watch, value), of(Watch.UNWATCHED, value));
  }

  /** For people: medians, and ratios with the interval that they lie in with a chance of 95 %. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%,d rows, parallelism %d; each run was verified by count and checksum"
            .formatted(rows, parallelism));
    String row = "%-10s %-30s %-30s %-30s %s";
    lines.add(row.formatted("", "seconds, x unwatched", "of the process", "of a processor", "MiB"));
    for (Watch watch : watches()) {
      lines.add(
          row.formatted(
                  watch,
                  cell(watch, Run::seconds),
                  cell(watch, Run::processSeconds),
                  cell(watch, Run::cpuSeconds),
                  "%,.0f".formatted(median(watch, Run::peakRssBytes) / (1 << 20)))
              .stripTrailing());
    }
    return lines;
  }

  private double median(Watch watch, ToDoubleFunction<Run> value) {
    return Spread.of(of(watch, value)).median();
  }

  private String cell(Watch watch, ToDoubleFunction<Run> value) {
    String median = "%.2f".formatted(median(watch, value));
    return watch == Watch.UNWATCHED ? median : median + ", " + ratio(watch, value);
  }

  /** The same for programs. */
  public Map<String, Object> toMap() {
    Map<String, Object> ratios = new LinkedHashMap<>();
    for (Watch watch : watches()) {
      if (watch != Watch.UNWATCHED) {
        ratios.put(
            watch.toString(),
            Map.of(
                "seconds",
                ratio(watch, Run::seconds),
                "process_seconds",
                ratio(watch, Run::processSeconds),
                "cpu_seconds",
                ratio(watch, Run::cpuSeconds)));
      }
    }
    return Map.of("rows", rows, "parallelism", parallelism, "ratios", ratios, "runs", runs);
  }
}
