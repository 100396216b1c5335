// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;

/**
 * Puts beside each element what a function has for its key, and keeps that in the state of the
 * runner: one worker asks for a key, whatever their number, and a job that is restarted or rescaled
 * goes on with what it had asked for, as of its checkpoint. All elements of a key go to one worker,
 * which costs a shuffle; {@link CachedLookup} costs none, asks once a JVM, and loses what it has
 * with its JVM.
 *
 * <p>State is kept for each key and window, until its time is over. In event time that is when an
 * element of the key is later by the time to live than the one that asked, and at the latest when
 * the watermark is. In processing time a timer ends it, so a bounded run, whose timers fire when
 * all elements are through, asks for each key once.
 *
 * <p>Bounded or unbounded; keeps windows and timestamps. Immutable.
 *
 * @param <K> of a key, whose coder is deterministic
 * @param <T> of an element
 * @param <V> of what is asked for
 */
public final class StatefulCache<K, T, V>
    extends PTransform<PCollection<KV<K, T>>, PCollection<KV<T, V>>> {

  private final CachedComputation.Computation<K, V> computation;
  private final Coder<V> results;
  private final TimeDomain domain;
  private final Duration timeToLive;

  private StatefulCache(
      CachedComputation.Computation<K, V> computation,
      Coder<V> results,
      TimeDomain domain,
      Duration timeToLive) {
    this.computation = computation;
    this.results = results;
    this.domain = domain;
    this.timeToLive = timeToLive;
  }

  /**
   * Keeps what a function has for each key, for ten minutes of processing time.
   *
   * @param results of a result that is not null
   */
  public static <K, T, V> StatefulCache<K, T, V> of(
      CachedComputation.Computation<K, V> computation, Coder<V> results) {
    return new StatefulCache<>(
        computation, results, TimeDomain.PROCESSING_TIME, Duration.standardMinutes(10));
  }

  /** Keeps it for a while of event time, 1 ms or more. */
  public StatefulCache<K, T, V> inEventTime(java.time.Duration time) {
    return new StatefulCache<>(computation, results, TimeDomain.EVENT_TIME, whole(time));
  }

  /** Keeps it for a while of processing time, 1 ms or more. */
  public StatefulCache<K, T, V> inProcessingTime(java.time.Duration time) {
    return new StatefulCache<>(computation, results, TimeDomain.PROCESSING_TIME, whole(time));
  }

  private static Duration whole(java.time.Duration time) {
    if (time.toMillis() < 1) {
      throw new IllegalArgumentException(
          "Invalid time to live: " + time + " (must be 1 ms or more)");
    }
    return Duration.millis(time.toMillis());
  }

  /**
   * @throws IllegalArgumentException when the elements' coder is not that of keys and values
   */
  @Override
  public PCollection<KV<T, V>> expand(PCollection<KV<K, T>> input) {
    if (!(input.getCoder() instanceof KvCoder<K, T> coder)) {
      throw new IllegalArgumentException(
          "Invalid coder: " + input.getCoder() + " (must be a KvCoder, whose keys are looked up)");
    }
    Coder<V> nullable = NullableCoder.of(results);
    return input
        .apply("Ask", ParDo.of(new AskFn<>(computation, nullable, domain, timeToLive)))
        .setCoder(KvCoder.of(coder.getValueCoder(), nullable));
  }
}
