// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The registry of this JVM as Prometheus takes it: what stands as labels in a name becomes labels,
 * what ends in {@code _total} a counter, and timers histograms with buckets. Safe for use by
 * several threads.
 */
final class Exposition implements MultiCollector {

  private static final String TOTAL = "_total";

  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  @Override
  public MetricSnapshots collect() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    families().forEach((name, members) -> all.metricSnapshot(snapshot(name, members)));
    for (Timing timing : Timing.values()) {
      all.metricSnapshot(histogram(timing));
    }
    return all.build();
  }

  /** What is counted and measured, by names without labels. */
  private static Map<String, Map<Labels, Double>> families() {
    Map<String, Map<Labels, Double>> families = new TreeMap<>();
    Measure.registry()
        .getMetrics()
        .forEach(
            (key, metric) -> {
              if (metric instanceof Counter || metric instanceof Gauge<?>) {
                families
                    .computeIfAbsent(key.replaceFirst("(?s)\\{.*", ""), name -> new TreeMap<>())
                    .put(labels(key), Measure.value(metric).orElse(Double.NaN));
              }
            });
    return families;
  }

  private static Labels labels(String key) {
    Labels.Builder labels = Labels.builder();
    Matcher matcher = LABEL.matcher(key);
    while (matcher.find()) {
      labels.label(matcher.group(1), Measure.unescaped(matcher.group(2)));
    }
    return labels.build();
  }

  private static MetricSnapshot snapshot(String name, Map<Labels, Double> members) {
    if (name.endsWith(TOTAL)) {
      CounterSnapshot.Builder counter = CounterSnapshot.builder();
      members.forEach(
          (labels, value) ->
              counter.dataPoint(
                  CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
      return counter
          .name(name.substring(0, name.length() - TOTAL.length()))
          .help(Help.of(name))
          .build();
    }
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder();
    members.forEach(
        (labels, value) ->
            gauge.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
    return gauge.name(name).help(Help.of(name)).build();
  }

  private static HistogramSnapshot histogram(Timing timing) {
    return HistogramSnapshot.builder()
        .name(timing.metric())
        .help(Help.of(timing.metric()))
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(timing.buckets().toPrometheus())
                .sum(timing.buckets().sum())
                .build())
        .build();
  }
}
