// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The mean of a pollutant over the last hours, the current one included.
 *
 * <p>It exists when at least three quarters of the hours have a measurement (6 of 8, 18 of 24): the
 * completeness that 40 CFR Part 50 asks of 8-hour and 24-hour averages. The sum is kept exact by
 * adding and taking away decimals. Not thread-safe.
 */
final class RollingMean {
  private final Pollutant pollutant;
  private final int hours;
  private final @Nullable BigDecimal[] window;
  private BigDecimal sum = BigDecimal.ZERO;
  private int count;
  private long last = Long.MIN_VALUE;

  RollingMean(Pollutant pollutant, int hours) {
    this.pollutant = pollutant;
    this.hours = hours;
    this.window = new @Nullable BigDecimal[hours];
  }

  /**
   * Moves the window to {@code hour} and returns its mean.
   *
   * @param hour counted from any fixed hour; hours left out count as not measured
   * @param value in ug/m3, or null where there is none
   * @return the mean in the unit of the pollutant's table, or null where too little was measured
   * @throws IllegalArgumentException if {@code hour} is not after the one before
   */
  @Nullable BigDecimal next(long hour, @Nullable BigDecimal value) {
    if (hour <= last) {
      throw new IllegalArgumentException(
          "Invalid hour: " + hour + " (must be after hour " + last + ")");
    }
    if (last != Long.MIN_VALUE) {
      forget(last + 1, Math.min(hour, last + hours));
    }
    last = hour;
    if (value != null) {
      window[slot(hour)] = value;
      sum = sum.add(value);
      count++;
    }
    return 4 * count >= 3 * hours ? pollutant.mean(sum, count) : null;
  }

  private void forget(long from, long to) {
    for (long hour = from; hour <= to; hour++) {
      BigDecimal old = window[slot(hour)];
      if (old != null) {
        sum = sum.subtract(old);
        count--;
        window[slot(hour)] = null;
      }
    }
  }

  private int slot(long hour) {
    return Math.floorMod(hour, hours);
  }
}
