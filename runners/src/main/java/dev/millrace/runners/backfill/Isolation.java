// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import java.util.Locale;

/** Which units share a JVM. */
enum Isolation {
  /** All, that of the command. */
  NONE,
  /** Those of a window. */
  WINDOW,
  /** None: each stage of each window has its own. */
  STAGE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
