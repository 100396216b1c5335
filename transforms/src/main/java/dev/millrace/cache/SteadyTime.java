// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Milliseconds since 1970, as the machine's clock had it when this JVM started, and counted from
 * there: a step of that clock makes no entry of this JVM older or younger than it is. Behind by up
 * to {@value #TICK_MILLIS} ms, since to ask it would cost more than a hit: a thread that ticks
 * tells. The thread runs while somebody {@link #hold}s it.
 */
final class SteadyTime implements LongSupplier {

  static final SteadyTime OF_THIS_JVM = new SteadyTime(Clock.systemUTC());

  static final int TICK_MILLIS = 10;

  private final long offset;
  private volatile long now;

  // Guarded by this.
  private int holders;
  private @Nullable Thread ticker;

  /** Time that begins as a clock tells now. */
  SteadyTime(Clock clock) {
    this.offset = clock.millis() - elapsed();
    this.now = offset + elapsed();
  }

  private static long elapsed() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** Has it tick until {@link #release}. */
  synchronized void hold() {
    if (holders++ == 0) {
      now = offset + elapsed();
      Thread thread = new Thread(this::tick, "millrace-cache-clock");
      thread.setDaemon(true);
      thread.setContextClassLoader(null);
      ticker = thread;
      thread.start();
    }
  }

  /** Takes back one {@link #hold}. */
  synchronized void release() {
    if (--holders == 0) {
      Thread last = ticker;
      ticker = null;
      LockSupport.unpark(last);
    }
  }

  private void tick() {
    long nanos = Duration.ofMillis(TICK_MILLIS).toNanos();
    while (isTicker(Thread.currentThread())) {
      now = offset + elapsed();
      LockSupport.parkNanos(nanos);
    }
  }

  private synchronized boolean isTicker(Thread thread) {
    return ticker == thread;
  }

  @Override
  public long getAsLong() {
    return now;
  }
}
