// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

/**
 * What a connection is for. A streaming read keeps its connection while what it outputs is being
 * written on the same thread, so reads and writes never draw on one quota: they would wait for each
 * other.
 */
public enum Quota {
  READ,
  WRITE,
  /** A query for some keys, whose rows are all there before anything is done with them. */
  LOOKUP,
  /** To look for a moment at what the others do, or to do without. */
  ASIDE
}
