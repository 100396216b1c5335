// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.io.Serializable;
import java.time.Duration;

/**
 * How it is found out that a table is another than before.
 *
 * @param query of one row, which is another when the table is
 * @param every how often it is asked, at most; more than 0
 */
record ChangeCheck(String query, Duration every) implements Serializable {

  ChangeCheck {
    if (every.isZero() || every.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid time between checks: " + every + " (must be more than 0)");
    }
  }
}
