// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Does things later, one after the other, on a thread of its own that keeps no JVM from ending. An
 * action that throws ends it.
 *
 * <p>Thread-safe.
 */
public final class DaemonTimer implements AutoCloseable {

  private final Timer timer;

  /**
   * A timer with nothing to do.
   *
   * @param name of its thread
   */
  public DaemonTimer(String name) {
    timer = new Timer(name, true);
  }

  /** Does something once. */
  void after(Duration delay, Runnable action) {
    timer.schedule(task(action), delay.toMillis());
  }

  /** Does something again and again until this is closed. */
  public void every(Duration delay, Duration period, Runnable action) {
    timer.schedule(task(action), delay.toMillis(), period.toMillis());
  }

  private static TimerTask task(Runnable action) {
    return new TimerTask() {
      @Override
      public void run() {
        action.run();
      }
    };
  }

  /** Begins nothing any more; what it is doing goes on. */
  @Override
  public void close() {
    timer.cancel();
  }
}
