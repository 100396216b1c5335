// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Milliseconds since 1970, as the machine's clock had it when this JVM started, and counted from
 * there: a step of that clock makes no entry of this JVM older or younger than it is.
 */
final class SteadyTime implements LongSupplier {

  static final SteadyTime OF_THIS_JVM = new SteadyTime(Clock.systemUTC());

  private final long offset;

  private SteadyTime(Clock clock) {
    this.offset = clock.millis() - elapsed();
  }

  private static long elapsed() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public long getAsLong() {
    return offset + elapsed();
  }
}
