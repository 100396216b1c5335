// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.control.TimeToLive;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What a cache has for a key. Immutable and safe to share between threads. */
public final class Entry {

  private static final double NANOS_OF_MILLI = 1e6;

  private final byte @Nullable [] value;
  private final long loaded;
  private final long expires;
  private final long cost;
  private final long calmUntil;

  /**
   * An entry.
   *
   * @param value never changed afterwards; null when it is known that there is none
   * @param loaded when it was asked for, before the answer came: milliseconds since 1970
   * @param expires from when on it is not served: milliseconds since 1970
   * @param cost how long its load took, of a batch its part: nanoseconds, 0 or more
   */
  public Entry(byte @Nullable [] value, long loaded, long expires, long cost) {
    this.value = value;
    this.loaded = loaded;
    this.expires = expires;
    this.cost = cost;
    this.calmUntil = TimeToLive.calmUntil(expires, cost / NANOS_OF_MILLI);
  }

  /** The bytes, never to be changed; null when it is known that there is none. */
  public byte @Nullable [] value() {
    return value;
  }

  /** Whether it is known that there is nothing for the key. */
  public boolean isNegative() {
    return value == null;
  }

  public long loaded() {
    return loaded;
  }

  public long expires() {
    return expires;
  }

  public long cost() {
    return cost;
  }

  /** Whether it may be served; one from a clock ahead of this may not, as its age is unknown. */
  public boolean isFresh(long now) {
    return loaded <= now && now < expires;
  }

  /** Whether it may be served, and it is too early to have it loaded again. */
  public boolean isCalm(long now) {
    return loaded <= now && now < calmUntil;
  }

  /** Whether who finds it is the one to have it loaded again, while it is served. */
  public boolean isDue(long now) {
    return now >= calmUntil
        && TimeToLive.isDue(
            now, expires, cost / NANOS_OF_MILLI, 1 - ThreadLocalRandom.current().nextDouble());
  }

  /** Bytes of the value, 0 when there is none. */
  public int bytes() {
    return value == null ? 0 : value.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Entry that
        && loaded == that.loaded
        && expires == that.expires
        && cost == that.cost
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(loaded, expires, cost, Arrays.hashCode(value));
  }

  @Override
  public String toString() {
    return "Entry[" + (value == null ? "none" : value.length + " bytes") + "]";
  }
}
