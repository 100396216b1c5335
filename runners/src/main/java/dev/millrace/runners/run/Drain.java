// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import java.time.Duration;

/** Ends a pipeline that has no end of its own. */
public interface Drain {

  /** What a pipeline may take to let go of its work after it was told to stop. */
  Duration MOST = Duration.ofSeconds(20);

  /** How often it is asked whether it is over. */
  Duration POLL = Duration.ofMillis(100);

  /** Asks it to read no more. */
  void begin() throws Exception;

  /** Whether all that it read is written. */
  boolean isOver() throws Exception;

  /**
   * Asks it to read no more, and waits until all that it read is written.
   *
   * @throws InterruptedException if it takes too long
   */
  default void toEnd() throws Exception {
    long deadline = System.nanoTime() + MOST.toNanos();
    begin();
    while (!isOver()) {
      if (System.nanoTime() > deadline) {
        throw new InterruptedException("not drained in time");
      }
      Thread.sleep(POLL.toMillis());
    }
  }
}
