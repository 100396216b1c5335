// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import java.util.Locale;

/** How rows get into the target. */
public enum Mode {
  /** Into an empty table without an index. */
  APPEND,
  /** Into a table with a primary key that holds every tenth row in an older version. */
  UPSERT,
  /** As {@link #APPEND}, each row exactly once, by a ledger. Millrace only. */
  LEDGER;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
