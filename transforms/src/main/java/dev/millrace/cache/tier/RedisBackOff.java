// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to leave a Redis alone that failed: twice as long after each failure in a row, from
 * {@link #FIRST} to {@link #LONGEST}, of which the second half is by chance, so that the processes
 * that lost it together do not come back together.
 */
final class RedisBackOff {

  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofSeconds(10);

  private final RandomGenerator random;

  RedisBackOff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The next wait.
   *
   * @param failures in a row, 1 or more
   */
  Duration after(int failures) {
    long most = FIRST.toMillis();
    for (int i = 1; i < failures && most < LONGEST.toMillis(); i++) {
      most *= 2;
    }
    most = Math.min(most, LONGEST.toMillis());
    return Duration.ofMillis(most / 2 + random.nextLong(most / 2 + 1));
  }
}
