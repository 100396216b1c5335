// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import com.codahale.metrics.MetricRegistry;
import java.util.Locale;
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
  ROWS_REJECTED,
  /** Blocks read. */
  BLOCKS,
  /** Bytes of the blocks read. */
  BYTES,
  /** Attempts of what had failed for a while. */
  RETRIES,
  /** Windows of event time that the watermark passed, in which rows were written. */
  WINDOWS,
  /** Counts of a window that was passed already. */
  LATE_PANES,
  /** Rows of late panes. */
  ROWS_LATE;

  /** The namespace of the Beam counters. */
  public static final String NAMESPACE = "millrace";

  private static final MetricRegistry REGISTRY = new MetricRegistry();

  /** The registry of this JVM, in which each measure is a counter named {@link #metric()}. */
  public static MetricRegistry registry() {
    return REGISTRY;
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

  /** What this JVM has counted since it started. */
  public long total() {
    return REGISTRY.counter(metric()).getCount();
  }
}
