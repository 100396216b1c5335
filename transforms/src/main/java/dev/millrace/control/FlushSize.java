// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * How many bytes a transaction is to write: as many as allowed while that is quick, half as many
 * after one that was slow, and a little more after each that was not. A short one holds its locks
 * for less long, and less is repeated when it fails. Not safe for use by several threads.
 */
public final class FlushSize {

  /** A commit waits for the disk: below that it would do little else. */
  static final long LEAST = 256L << 10;

  /** A transaction that takes longer is slow. */
  static final Duration SLOW = Duration.ofSeconds(5);

  private final long cap;
  private long bytes;

  /**
   * Begins with what is allowed at most.
   *
   * @param cap bytes, 1 or more
   */
  public FlushSize(long cap) {
    if (cap < 1) {
      throw new IllegalArgumentException("Invalid flush size: " + cap + " B (must be 1 B or more)");
    }
    this.cap = cap;
    this.bytes = cap;
  }

  /** What to collect before it is written, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** A transaction with about so many bytes took so long. */
  public void took(Duration time) {
    bytes =
        time.compareTo(SLOW) > 0
            ? Math.max(Math.min(cap, LEAST), bytes / 2)
            : Math.min(cap, bytes + LEAST);
  }
}
