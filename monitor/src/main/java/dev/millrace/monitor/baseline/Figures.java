// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.run.Totals;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is compared of a run.
 *
 * @param rows that it wrote; 0 if none, or not known
 * @param values by metric, each above 0; what was not measured is not in it
 */
public record Figures(long rows, Map<Metric, Double> values) {

  static final String SECONDS = "seconds";
  static final String CPU = "cpu_seconds";
  static final String MEMORY = "peak_rss_bytes";

  /** What a cluster takes is not seen from the process that submits to it. */
  private static final String CLUSTER = "flink://";

  /** Of a summary, as far as it matters here. */
  private record Summary(@Nullable List<Stage> stages) {}

  private record Stage(String stage, double seconds, @Nullable Map<String, Double> shares) {

    /** Without what the steps that follow took on the same thread: they are stages themselves. */
    double own() {
      return shares == null ? seconds : seconds * (1 - shares.getOrDefault("downstream", 0.0));
    }
  }

  /**
   * The figures of a run: seconds by the wall clock, processor seconds, most bytes resident, and
   * the seconds that threads spent in each stage, without those in the steps that follow. Rows a
   * second are in it as the seconds: see {@link Baseline}.
   *
   * @param runner that it ran on; of a cluster only the seconds are known
   * @param summary JSON, as the command printed it; null if there is none
   */
  public static Figures of(String runner, Totals totals, @Nullable String summary) {
    Map<Metric, Double> values = new LinkedHashMap<>();
    put(values, new Metric(null, SECONDS), totals.seconds());
    if (!runner.startsWith(CLUSTER)) {
      put(values, new Metric(null, CPU), totals.cpuSeconds());
      Long peak = totals.peakRssBytes();
      put(values, new Metric(null, MEMORY), peak == null ? null : peak.doubleValue());
    }
    List<Stage> stages = summary == null ? null : Json.read(summary, Summary.class).stages();
    if (stages != null) {
      stages.forEach(stage -> put(values, new Metric(stage.stage(), SECONDS), stage.own()));
    }
    return new Figures(totals.rowsWritten() == null ? 0 : totals.rowsWritten(), values);
  }

  private static void put(Map<Metric, Double> values, Metric metric, @Nullable Double value) {
    if (value != null && value > 0) {
      values.put(metric, value);
    }
  }
}
