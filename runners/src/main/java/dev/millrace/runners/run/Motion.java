// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.observe.Measure;
import java.time.Duration;

/** Whether a run moves. Used by one thread. */
public final class Motion {

  /** Without a row read or written for that long, work is said to be stalled. */
  private static final Duration STALL = Duration.ofSeconds(5);

  private long moved = -1;
  private long movedNanos = System.nanoTime();

  /**
   * Sees whether something moved since it last looked.
   *
   * @param done how far the work says it is
   */
  public boolean look(long done) {
    long now = done + Measure.ROWS_READ.total() + Measure.ROWS_WRITTEN.total();
    if (now == moved) {
      return false;
    }
    moved = now;
    movedNanos = System.nanoTime();
    return true;
  }

  /** For how long nothing moved. */
  Duration still() {
    return Duration.ofNanos(System.nanoTime() - movedNanos);
  }

  public boolean isStalled() {
    return still().compareTo(STALL) >= 0;
  }
}
