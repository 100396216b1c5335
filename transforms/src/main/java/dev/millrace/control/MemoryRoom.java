// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * Which part of what was asked for one may hold, while memory gets scarcer and less scarce: half as
 * much when there was too little, and then no less for a moment, until that had its effect; an
 * eighth of the whole more for each moment in which there was plenty; and between the two as
 * before. Times are of one monotonic clock, in nanoseconds. Not safe for use by several threads.
 */
public final class MemoryRoom {

  /** Pressure below this is plenty; above 1 it is too much. */
  static final double PLENTY = 0.75;

  /** Less would cost more in calls than it saves. */
  static final double LEAST = 1.0 / 32;

  private static final double STEP = 1.0 / 8;

  private static final long REST = Duration.ofSeconds(1).toNanos();

  private double part = 1;
  private long rested = Long.MIN_VALUE;

  /** From 1/32 to 1. */
  public double part() {
    return part;
  }

  /**
   * A look at the memory.
   *
   * @param pressure how many times as scarce it is as can be borne, 0 or more
   * @return whether the part is another now
   */
  public boolean look(double pressure, long now) {
    if (rested != Long.MIN_VALUE && now - rested < REST) {
      return false;
    }
    double before = part;
    if (pressure > 1) {
      part = Math.max(LEAST, part / 2);
    } else if (pressure < PLENTY) {
      part = Math.min(1, part + STEP);
    }
    if (part != before) {
      rested = now;
    }
    return part != before;
  }
}
