// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * When to ask again for something that many wait for and that cannot tell when it is free. The more
 * wait, the longer each pauses, so that all together ask some hundred times in a second whether
 * they are two or a thousand; who has waited for longer asks more often, so that nobody is left
 * behind.
 */
public final class PollPace {

  /** All of those who have just come ask so often together, in each second. */
  private static final double RATE = 200;

  private static final double SHORTEST = 0.02;
  private static final double LONGEST = 10;

  /** Who has waited for so many pauses of who has just come asks twice as often. */
  private static final double AGEING = 10;

  private static final double MOST_OFTEN = 8;

  private PollPace() {}

  /**
   * How long to pause.
   *
   * @param waiting how many wait, 1 or more
   * @param waited for how long this one has
   * @param chance from 0 to 1, another each time, so that those who came together do not ask
   *     together
   */
  public static Duration pause(int waiting, Duration waited, double chance) {
    double base = Math.max(SHORTEST, Math.min(LONGEST, waiting / RATE));
    double age = Math.min(MOST_OFTEN, 1 + waited.toMillis() / 1e3 / (AGEING * base));
    double mean = Math.max(SHORTEST, base / age);
    return Duration.ofNanos(Math.round(mean * (0.5 + chance) * 1e9));
  }
}
