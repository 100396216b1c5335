// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * How many times as long something takes as it did at its best. What was best is forgotten slowly,
 * as it may not be possible any more. Times are of one monotonic clock, in nanoseconds. Not safe
 * for use by several threads.
 */
public final class Slowdown {

  /** Of the newest in what is smoothed. */
  private static final double WEIGHT = 0.3;

  /** In so long the best of old counts half as good. */
  private static final double HALF_LIFE = Duration.ofMinutes(10).toNanos();

  private double smoothed = Double.NaN;
  private double best = Double.NaN;
  private long last;

  /** It took so long, on average, in whatever unit. */
  public void took(double time, long now) {
    if (Double.isNaN(smoothed)) {
      smoothed = time;
      best = time;
    } else {
      smoothed += WEIGHT * (time - smoothed);
      best = Math.min(smoothed, best * Math.pow(2, (now - last) / HALF_LIFE));
    }
    last = now;
  }

  /** 1 or more; NaN as long as nothing is known. */
  public double times() {
    return smoothed / best;
  }
}
