// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

/** What a machine may run short of. */
public enum Resource {
  CPU,
  MEMORY,
  /** Disks, and the databases that answer. */
  IO,
  /** Nothing that could be measured. */
  NONE
}
