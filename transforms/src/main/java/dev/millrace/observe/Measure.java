// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.google.common.escape.Escaper;
import com.google.common.escape.Escapers;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;

/**
 * What every pipeline counts. Each is counted twice: as a Beam counter, which the runner aggregates
 * over its workers and shows by step, and as a counter of this JVM (this class loader), which is
 * current while a bundle is still being worked on. Safe for use by several threads.
 */
public enum Measure {
  ROWS_READ,
  ROWS_WRITTEN,
  /** Rows kept apart, by {@code reason}: see {@link RejectReason}. */
  ROWS_REJECTED,
  /** Blocks read. */
  BLOCKS,
  /** Bytes of the blocks read. */
  BYTES,
  /** Attempts of what had failed for a while, by {@code sqlstate}. */
  RETRIES,
  /** Limits of time that were passed, by {@code kind}. */
  TIMEOUTS,
  /** How often fewer were let into a database at once, by {@code reason}. */
  THROTTLES,
  /** Windows of event time that the watermark passed, in which rows were written. */
  WINDOWS,
  /** Counts of a window that was passed already. */
  LATE_PANES,
  /** Rows of late panes. */
  ROWS_LATE,
  /** Rows that the ledger had already, and were not written again. */
  ROWS_COVERED,
  /** Rows for whose key a lookup found nothing. */
  ROWS_UNMATCHED,
  /** How often less memory was given to stages, by {@code sign}. */
  MEMORY_PRESSURE;

  /** The namespace of the Beam counters. */
  public static final String NAMESPACE = "millrace";

  private static final Escaper ESCAPER =
      Escapers.builder()
          .addEscape('\\', "\\\\")
          .addEscape('"', "\\\"")
          .addEscape('\n', "\\n")
          .build();

  private static final MetricRegistry REGISTRY = new MetricRegistry();

  /** The registry of this JVM, in which each measure is a counter named {@link #metric()}. */
  public static MetricRegistry registry() {
    return REGISTRY;
  }

  /**
   * All that this JVM counts and measures by now: what {@code /metrics} has, by name and labels in
   * the form of {@link #labelled}, and of each {@link Timing} how often and how long in all.
   */
  public static SortedMap<String, Double> readings() {
    SortedMap<String, Double> readings = new TreeMap<>();
    REGISTRY
        .getMetrics()
        .forEach((name, metric) -> value(metric).ifPresent(number -> readings.put(name, number)));
    for (Timing timing : Timing.values()) {
      readings.put(timing.metric() + "_count", (double) timing.count());
      readings.put(timing.metric() + "_sum", timing.seconds());
    }
    return readings;
  }

  /** What a counter or a gauge of numbers says; empty for all else. */
  static OptionalDouble value(Metric metric) {
    if (metric instanceof Counter counter) {
      return OptionalDouble.of((double) counter.getCount());
    }
    return metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /** The name of the Beam counter. */
  public String counter() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name of the counter in this JVM's registry. */
  public String metric() {
    return NAMESPACE + "_" + counter() + "_total";
  }

  /** Counts, within a DoFn's call. */
  public void add(long amount) {
    Metrics.counter(NAMESPACE, counter()).inc(amount);
    REGISTRY.counter(metric()).inc(amount);
  }

  /**
   * Counts one of several kinds, which this JVM tells apart and the Beam counter does not.
   *
   * @param label what tells them apart, with few values
   */
  public void add(String label, String value) {
    add(label, value, 1);
  }

  /** Counts so many of one of several kinds, as {@link #add(String, String)} does one. */
  void add(String label, String value, long amount) {
    Metrics.counter(NAMESPACE, counter()).inc(amount);
    REGISTRY.counter(labelled(metric(), label, value)).inc(amount);
  }

  /** As {@link #add(String, String)}, in this JVM only: for who may not be within a DoFn's call. */
  public void addOutside(String label, String value) {
    REGISTRY.counter(labelled(metric(), label, value)).inc();
  }

  /**
   * A name in the registry with labels, in the form that Prometheus gives them.
   *
   * @param labels names and values by turns; what a value may not hold as it is, is escaped
   */
  public static String labelled(String metric, String... labels) {
    StringBuilder name = new StringBuilder(metric);
    for (int i = 0; i < labels.length; i += 2) {
      name.append(i == 0 ? '{' : ',')
          .append(labels[i])
          .append("=\"")
          .append(ESCAPER.escape(labels[i + 1]))
          .append('"');
    }
    return name.append('}').toString();
  }

  /** What {@link #labelled} was given as a value. */
  static String unescaped(String value) {
    StringBuilder plain = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char next = value.charAt(i);
      if (next == '\\') {
        i++;
        next = value.charAt(i) == 'n' ? '\n' : value.charAt(i);
      }
      plain.append(next);
    }
    return plain.toString();
  }

  /**
   * What a pipeline counted.
   *
   * @param step part of the names of the steps that count; empty for all
   */
  public long total(PipelineResult result, String step) {
    MetricsFilter filter =
        MetricsFilter.builder().addNameFilter(MetricNameFilter.named(NAMESPACE, counter())).build();
    long sum = 0;
    for (MetricResult<Long> each : result.metrics().queryMetrics(filter).getCounters()) {
      if (each.getKey().stepName().contains(step)) {
        // Only the direct runner tells committed bundles from attempted ones, which it sums up
        // late.
        Long committed = each.getCommittedOrNull();
        sum += committed == null ? each.getAttempted() : committed;
      }
    }
    return sum;
  }

  /** What this JVM has counted since it started, of all kinds. */
  public long total() {
    return counters().values().stream().mapToLong(Counter::getCount).sum();
  }

  /** What this JVM has counted since it started, by the value of the label. */
  public SortedMap<String, Long> totals() {
    SortedMap<String, Long> totals = new TreeMap<>();
    counters()
        .forEach(
            (name, counter) ->
                totals.put(unescaped(name.replaceAll("^[^\"]*\"|\"}$", "")), counter.getCount()));
    return totals;
  }

  private Map<String, Counter> counters() {
    return REGISTRY.getCounters(
        (name, metric) -> name.equals(metric()) || name.startsWith(metric() + "{"));
  }
}
