// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.generate;

import java.util.Random;

/**
 * Decides hour by hour whether a measurement is missing: in runs, as an instrument fails, with a
 * given share of hours in the long run.
 */
final class Gaps {
  /** Missing hours come in runs of three on average, as PM2.5 of the real data (8,739 in 2,837). */
  private static final double MEAN_HOURS = 3;

  private final Random random;
  private final double starts;
  private boolean open;

  Gaps(Random random, double share) {
    this.random = random;
    this.starts = share / (1 - share) / MEAN_HOURS;
  }

  boolean next() {
    open = random.nextDouble() < (open ? 1 - 1 / MEAN_HOURS : starts);
    return open;
  }
}
