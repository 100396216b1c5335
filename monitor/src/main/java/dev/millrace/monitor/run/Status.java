// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import java.util.Locale;

/** How a run stands. */
public enum Status {
  RUNNING,
  /** Ended with what it was to do. */
  DONE,
  /** Ended without. */
  FAILED,
  /** Ended because somebody asked it to. */
  STOPPED,
  /** Ended without a word: its process is gone, or has not been heard of for long. */
  LOST;

  /** As in {@code running}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The one with a label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Status of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
