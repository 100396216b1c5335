// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.util.Locale;

/** How a rule stands. */
public enum AlertState {
  /** Nothing is wrong, and was not before. */
  INACTIVE,
  /** Something is wrong, not yet for long enough. */
  PENDING,
  FIRING,
  /** Nothing is wrong any longer. */
  RESOLVED;

  /** As in {@code firing}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
