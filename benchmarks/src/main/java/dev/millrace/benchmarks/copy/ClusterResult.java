// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What copies on a cluster reach beside raw pipes.
 *
 * @param rows of the table
 * @param parallelism streams of the pipe, slots of the cluster
 * @param runs in their order: each job after the pipe that it is compared with
 */
public record ClusterResult(long rows, int parallelism, List<Run> runs) {

  /** What is measured. */
  public enum Kind {
    PIPE,
    /** The first job of a cluster. */
    FIRST_JOB,
    /** A job after another on the same cluster. */
    WARM_JOB;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * One copy.
   *
   * @param seconds from before the first connection to after the last commit; of a job with its
   *     submission
   * @param processSeconds of the process, from before its start to after its end
   * @param cpuSeconds of the pipe's process; of a job those of the cluster's processes
   */
  public record Run(
      Kind kind, int round, double seconds, double processSeconds, double cpuSeconds) {}

  public ClusterResult {
    runs = List.copyOf(runs);
  }

  static ClusterResult of(ClusterBench.Options options, List<Run> runs) {
    return new ClusterResult(options.rows(), options.parallelism(), runs);
  }

  /** The rates of a kind, in rows a second. */
  public Spread rowsPerSecond(Kind kind) {
    return spread(kind, run -> rows / run.seconds());
  }

  /** The rates of a kind of job, each as a part of that of the pipe before it. */
  public Spread toPipe(Kind kind) {
    List<Double> rates = new ArrayList<>();
    List<Double> pipes = new ArrayList<>();
    for (int i = 1; i < runs.size(); i++) {
      if (runs.get(i).kind() == kind) {
        rates.add(1 / runs.get(i).seconds());
        pipes.add(1 / runs.get(i - 1).seconds());
      }
    }
    return Spread.ofRatios(rates, pipes);
  }

  private Spread spread(Kind kind, ToDoubleFunction<Run> value) {
    return Spread.of(
        runs.stream()
            .filter(run -> run.kind() == kind)
            .map(run -> value.applyAsDouble(run))
            .toList());
  }

  /** For people: medians, the smallest and the largest in brackets. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%,d rows, parallelism %d; each run was verified by count and checksum"
            .formatted(rows, parallelism));
    lines.add("%-10s %-30s %-20s %-9s %s".formatted("", "rows/s", "x pipe", "seconds", "CPU s/M"));
    for (Kind kind : Kind.values()) {
      Spread rate = rowsPerSecond(kind);
      lines.add(
          "%-10s %-30s %-20s %-9s %s"
              .formatted(
                  kind,
                  format("%,.0f (%,.0f..%,.0f)", rate),
                  kind == Kind.PIPE ? "" : format("%.2f (%.2f..%.2f)", toPipe(kind)),
                  format("%.1f", spread(kind, Run::seconds)),
                  format("%.1f", spread(kind, run -> run.cpuSeconds() * 1e6 / rows))));
    }
    return lines;
  }

  private static String format(String pattern, Spread spread) {
    return String.format(Locale.ROOT, pattern, spread.median(), spread.min(), spread.max());
  }

  /** The same for programs. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rows", rows);
    map.put("parallelism", parallelism);
    map.put("first_to_pipe", toPipe(Kind.FIRST_JOB));
    map.put("warm_to_pipe", toPipe(Kind.WARM_JOB));
    map.put("runs", runs);
    return map;
  }
}
