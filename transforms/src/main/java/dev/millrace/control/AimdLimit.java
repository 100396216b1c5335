// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * How many may do something at once: additive increase, multiplicative decrease. It starts at its
 * cap, so that nobody is slowed who does no harm; each sign of congestion halves what was really in
 * use, down to one; each round without one in which all of it was used adds one, up to the cap.
 *
 * <p>A sign is told by the caller, or seen in the latency: what takes several times as long for
 * each byte as it did at its best waits in a queue more than it is worked on. Times are of one
 * monotonic clock, in nanoseconds. Not safe for use by several threads.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5681">RFC 5681: TCP congestion control</a>
 */
public final class AimdLimit {

  /** Several who see one congestion are to count once. */
  private static final long REST = Duration.ofSeconds(1).toNanos();

  /** What moves less costs about the same whatever it moves. */
  static final long WORTH = 256L << 10;

  /** What is quicker is no congestion, whatever it was before. */
  private static final long QUICK = Duration.ofMillis(250).toNanos();

  /** Two writers on one processor take twice as long each, and that is no congestion. */
  private static final double TOLERANCE = 4;

  /** Of the newest latency in the smoothed one. */
  private static final double WEIGHT = 0.2;

  /** What was best so long ago may not be possible any more. */
  private static final long OLD = Duration.ofMinutes(10).toNanos();

  private final int cap;
  private double limit;
  private long rested = Long.MIN_VALUE;
  private double smoothed;
  private double best;
  private long bestAt;

  /**
   * A limit that is at its cap.
   *
   * @param cap 1 or more
   */
  public AimdLimit(int cap) {
    if (cap < 1) {
      throw new IllegalArgumentException("Invalid cap: " + cap + " (must be 1 or more)");
    }
    this.cap = cap;
    this.limit = cap;
  }

  /** How many may do it now, from 1 to the cap. */
  public int limit() {
    return (int) limit;
  }

  /**
   * One was done.
   *
   * @param bytes that it moved, 0 or more
   * @param inUse how many did it at once, with this one
   * @return whether it took so long that the limit was lowered
   */
  public boolean done(long nanos, long bytes, int inUse, long now) {
    if (bytes >= WORTH) {
      double cost = (double) nanos / bytes;
      smoothed = smoothed == 0 ? cost : smoothed + WEIGHT * (cost - smoothed);
      if (best == 0 || cost < best) {
        best = cost;
        bestAt = now;
      } else if (now - bestAt > OLD) {
        probe(now);
      } else if (nanos >= QUICK && smoothed > TOLERANCE * best) {
        return congested(inUse, now);
      }
    }
    if (inUse >= limit()) {
      limit = Math.min(cap, limit + 1 / limit);
    }
    return false;
  }

  /** Finds out anew what is best; if it is not known to be near, with few at once for a moment. */
  private void probe(long now) {
    if (smoothed > 2 * best) {
      limit = Math.max(1, limit / 4);
    }
    best = smoothed;
    bestAt = now;
  }

  /**
   * There is a sign of congestion.
   *
   * @param inUse how many do it at once
   * @return whether the limit was lowered; not if that was a moment ago, or it is one
   */
  public boolean congested(int inUse, long now) {
    if (rested != Long.MIN_VALUE && now - rested < REST) {
      return false;
    }
    double lower = Math.max(1, Math.min(limit, inUse) / 2);
    if ((int) lower >= limit()) {
      return false;
    }
    rested = now;
    limit = lower;
    // What was slow is not to count twice.
    smoothed = 0;
    return true;
  }
}
