// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.concurrent.atomic.LongAdder;

/** How many of what was timed took how long, since the JVM started. Safe for several threads. */
final class Buckets {

  /** Upper bounds in seconds, from what a local commit takes to what a user gives up on. */
  private static final double[] BOUNDS = {
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    60,
    Double.POSITIVE_INFINITY
  };

  private static final double NANOS = 1e9;

  private final LongAdder[] counts = new LongAdder[BOUNDS.length];
  private final LongAdder nanos = new LongAdder();

  Buckets() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void add(long took) {
    int bucket = 0;
    while (took / NANOS > BOUNDS[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    nanos.add(took);
  }

  double sum() {
    return nanos.sum() / NANOS;
  }

  ClassicHistogramBuckets toPrometheus() {
    long[] values = new long[counts.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = counts[i].sum();
    }
    return ClassicHistogramBuckets.of(BOUNDS, values);
  }
}
