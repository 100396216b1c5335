// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.time.Duration;

/** The one number that a rule looks at; it may be unknown. */
public sealed interface Signal {

  /** What is read; unknown if there is nothing to read. */
  record Value(Selector of) implements Signal {}

  /**
   * By how much a counter grew a second, over the latest window; over all there is while that is
   * less. Counters that are not there have counted nothing; unknown at the first look.
   *
   * @param of always as a sum
   * @param window above zero
   */
  record Rate(Selector of, Duration window) implements Signal {
    public Rate {
      if (window.isNegative() || window.isZero()) {
        throw new IllegalArgumentException(
            "Invalid window: %s (must be above zero)".formatted(window));
      }
    }
  }

  /** 1 if there is nothing to read, and 0 if there is. */
  record Absence(Selector of) implements Signal {}

  /**
   * A part of a whole; unknown if either is, or the whole is less than would tell anything.
   *
   * @param leastWhole above zero
   */
  record Ratio(Signal part, Signal whole, double leastWhole) implements Signal {
    public Ratio {
      if (!(leastWhole > 0)) {
        throw new IllegalArgumentException(
            "Invalid least whole: %s (must be above zero)".formatted(leastWhole));
      }
    }
  }

  /** What is left of one number without another; unknown if either is. */
  record Difference(Signal from, Signal less) implements Signal {}
}
