// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

/** What becomes of a copy when the source's columns change. */
public enum OnDrift {
  /** The run is refused. */
  FAIL,
  /** The target gets columns that were added, and types that were widened. */
  ADD_COLUMNS,
  /** Columns that were added are not copied. */
  IGNORE
}
