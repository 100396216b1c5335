// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

/** What becomes of rows in which the cursor is NULL, which are in no window. */
public enum NullCursor {
  /** The run is refused. */
  FAIL,
  /** All of them are copied by every run. */
  INCLUDE,
  /** They are counted and left where they are. */
  SKIP
}
