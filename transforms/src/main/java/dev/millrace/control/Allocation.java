// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * How many slots a pool is to have while its resource gets scarcer and less scarce: half of those
 * in use when it was too scarce for two looks in a row, and then none fewer for a while, until that
 * had its effect; one more when somebody waited and it was plentiful for two looks in a row; and
 * between the two as before, so that it does not swing. Times are of one monotonic clock, in
 * nanoseconds. Not safe for use by several threads.
 */
public final class Allocation {

  /** Scarcity below this is plenty; above 1 it is too much. */
  static final double PLENTY = 0.7;

  /** One look may be chance. */
  private static final int IN_A_ROW = 2;

  private static final long REST = Duration.ofSeconds(3).toNanos();

  private final int least;
  private final int most;
  private int slots;
  private int scarce;
  private int plenty;
  private long rested = Long.MIN_VALUE;

  /**
   * As many as there may be.
   *
   * @param least 1 or more
   * @param most {@code least} or more
   */
  public Allocation(int least, int most) {
    if (least < 1 || most < least) {
      throw new IllegalArgumentException(
          "Invalid bounds: %d to %d (must be from 1 up, the lower first)".formatted(least, most));
    }
    this.least = least;
    this.most = most;
    this.slots = most;
  }

  public int slots() {
    return slots;
  }

  /**
   * A look at the resource.
   *
   * @param scarcity how many times as scarce it is as can be borne, 0 or more; NaN if not known
   * @param used slots that are held
   * @param wanted whether somebody waits for one
   * @return whether the number of slots is another now
   */
  public boolean look(double scarcity, int used, boolean wanted, long now) {
    scarce = scarcity > 1 ? scarce + 1 : 0;
    plenty = scarcity < PLENTY ? plenty + 1 : 0;
    int before = slots;
    if (scarce >= IN_A_ROW && (rested == Long.MIN_VALUE || now - rested >= REST)) {
      slots = Math.max(least, Math.min(slots, used) / 2);
      rested = now;
    } else if (plenty >= IN_A_ROW && wanted) {
      slots = Math.min(most, slots + 1);
    }
    return slots != before;
  }
}
