// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.InstantCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** Asks for what the state does not have, and keeps it there until its time is over. */
final class AskFn<K, T, V> extends DoFn<KV<K, T>, KV<T, V>> {

  private static final String VALUE = "value";
  private static final String EXPIRES = "expires";
  private static final String EXPIRY = "expiry";

  private final CachedComputation.Computation<K, V> computation;
  private final Duration timeToLive;
  private final boolean inEventTime;

  @StateId(VALUE)
  private final StateSpec<ValueState<V>> valueSpec;

  /** Says that there is a value, which may be null. */
  @StateId(EXPIRES)
  private final StateSpec<ValueState<Instant>> expiresSpec = StateSpecs.value(InstantCoder.of());

  @TimerId(EXPIRY)
  private final TimerSpec expirySpec;

  AskFn(
      CachedComputation.Computation<K, V> computation,
      Coder<V> results,
      TimeDomain domain,
      Duration timeToLive) {
    this.computation = computation;
    this.timeToLive = timeToLive;
    this.inEventTime = domain == TimeDomain.EVENT_TIME;
    this.valueSpec = StateSpecs.value(results);
    this.expirySpec = TimerSpecs.timer(domain);
  }

  @ProcessElement
  public void process(
      @Element KV<K, T> element,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      @StateId(VALUE) ValueState<V> value,
      @StateId(EXPIRES) ValueState<Instant> expires,
      @TimerId(EXPIRY) Timer expiry,
      OutputReceiver<KV<T, V>> out)
      throws Exception {
    Instant until = expires.read();
    V known = value.read();
    if (until == null || !timestamp.isBefore(until)) {
      known = ask(element.getKey());
      value.write(known);
      expires.write(keep(timestamp, window, expiry));
    }
    out.output(KV.of(element.getValue(), known));
  }

  // A result may be null, and Beam's state is not annotated.
  @SuppressWarnings("NullAway")
  private V ask(K key) throws Exception {
    return computation.of(key);
  }

  private Instant keep(Instant timestamp, BoundedWindow window, Timer expiry) {
    if (!inEventTime) {
      expiry.withNoOutputTimestamp().offset(timeToLive).setRelative();
      return BoundedWindow.TIMESTAMP_MAX_VALUE;
    }
    Instant end = timestamp.plus(timeToLive);
    // After its window there is neither a timer nor state.
    if (!end.isAfter(window.maxTimestamp())) {
      expiry.withNoOutputTimestamp().set(end);
    }
    return end;
  }

  @OnTimer(EXPIRY)
  public void expire(
      @StateId(VALUE) ValueState<V> value, @StateId(EXPIRES) ValueState<Instant> expires) {
    value.clear();
    expires.clear();
  }
}
