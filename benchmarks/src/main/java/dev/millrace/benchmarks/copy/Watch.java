// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.Labels;

/** How a copy is looked at while it runs. */
public enum Watch {
  /** By nobody: without history, and so without alerts. */
  UNWATCHED,
  /**
   * With a history, its alerts, a dashboard that one browser follows, and metrics that are scraped.
   */
  WATCHED,
  /** The same, and recorded for a profile, which is made at its end. */
  RECORDED;

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
