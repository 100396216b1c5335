// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.util.Locale;

/** How bad it is, the least first. */
public enum Severity {
  /** Worth knowing. */
  INFO,
  /** Worth a look today. */
  WARNING,
  /** Worth a look now. */
  CRITICAL;

  /** As in {@code warning}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
