// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

/** How a figure of a run compares with those of earlier runs. */
public enum Verdict {
  /** Within what was to be expected, as far as can be told. */
  SAME,
  BETTER,
  WORSE
}
