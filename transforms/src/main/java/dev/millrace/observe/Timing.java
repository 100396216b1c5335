// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * How long things take. Each is told twice, as a {@link Measure} is counted: as a Beam
 * distribution, in microseconds, since those are whole numbers, and as a timer of this JVM, which
 * knows its quantiles. Safe for use by several threads.
 */
public enum Timing {
  /** Until a pool had a connection. */
  POOL_ACQUIRE,
  /** A read's queries of a call, and on a runner that fuses what is done with their rows. */
  READ_QUERY,
  /** A transaction's writes, without its commit. */
  WRITE_QUERY,
  /** Until a commit was acknowledged. */
  COMMIT,
  /** Until the source of a cache answered for a batch of keys. */
  CACHE_LOAD,
  /** How old the oldest entry was that a request was served from a cache. */
  CACHE_STALENESS,
  /** Until a pool had slots. */
  SLOT_WAIT;

  private static final ImmutableMap<Timing, Buckets> BUCKETS =
      Maps.toMap(List.of(values()), timing -> new Buckets());

  /** The name of the Beam distribution. */
  public String distribution() {
    return name().toLowerCase(Locale.ROOT) + "_micros";
  }

  /** The name of the timer in this JVM's registry. */
  public String metric() {
    return Measure.NAMESPACE + "_" + name().toLowerCase(Locale.ROOT) + "_seconds";
  }

  /**
   * Tells of one, within a DoFn's call.
   *
   * @param start what {@link System#nanoTime} was when it began
   */
  public void since(long start) {
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
    Metrics.distribution(Measure.NAMESPACE, distribution()).update(micros);
    sinceOutside(start);
  }

  /** As {@link #since}, in this JVM only: for who may not be within a DoFn's call. */
  public void sinceOutside(long start) {
    addOutside(System.nanoTime() - start);
  }

  /** Tells of one, in this JVM only. */
  public void addOutside(long nanos) {
    timer().update(nanos, TimeUnit.NANOSECONDS);
    buckets().add(nanos);
  }

  /** How often it was told in this JVM. */
  public long count() {
    return timer().getCount();
  }

  /** How long all that was told in this JVM took together, in seconds. */
  public double seconds() {
    return buckets().sum();
  }

  /**
   * How long the quickest part of all took at most, in seconds; of those of the last minutes.
   *
   * @param part from 0 to 1
   */
  public double quantile(double part) {
    Snapshot snapshot = timer().getSnapshot();
    return snapshot.getValue(part) / TimeUnit.SECONDS.toNanos(1);
  }

  Buckets buckets() {
    return requireNonNull(BUCKETS.get(this));
  }

  private Timer timer() {
    return Measure.registry().timer(metric());
  }
}
