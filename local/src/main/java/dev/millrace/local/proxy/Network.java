// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.proxy;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state of a network with faults: how long bytes are on their way, and whether they arrive at
 * all. What changes holds for bytes on their way, too.
 *
 * <p>Safe for use by several threads.
 */
final class Network {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long delayNanos;
  private boolean blackHole;

  /** Sets how long bytes are on their way. */
  void delay(Duration delay) {
    change(() -> delayNanos = delay.toNanos());
  }

  /** Sets whether bytes disappear. */
  void blackHole(boolean on) {
    change(() -> blackHole = on);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until bytes may be taken. */
  void awaitOpen() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (blackHole) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until bytes arrive.
   *
   * @param takenAt when they were taken, as {@link System#nanoTime} tells
   */
  void awaitArrival(long takenAt) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = left(takenAt);
      while (blackHole || left > 0) {
        if (blackHole) {
          changed.await();
        } else {
          changed.awaitNanos(left);
        }
        left = left(takenAt);
      }
    } finally {
      lock.unlock();
    }
  }

  private long left(long takenAt) {
    return delayNanos - (System.nanoTime() - takenAt);
  }
}
