// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The wish that a run ends early. SIGINT and SIGTERM make it; the run gives up its work, closes
 * what it holds and reports, and then the JVM ends with 130 or 143.
 *
 * <p>Thread-safe.
 */
final class Stop implements AutoCloseable {

  /** What a run may take to close before the JVM ends regardless. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "millrace-stop");
  private boolean requested;
  private Runnable action = () -> {};

  private Stop() {}

  /** A wish that nobody but {@link #request()} makes. */
  static Stop byHand() {
    return new Stop();
  }

  /** A wish that a signal to this process makes too. */
  static Stop onSignals() {
    Stop stop = new Stop();
    Runtime.getRuntime().addShutdownHook(stop.hook);
    return stop;
  }

  /** Makes the wish. */
  void request() {
    Runnable now;
    synchronized (this) {
      requested = true;
      now = action;
    }
    now.run();
  }

  synchronized boolean isRequested() {
    return requested;
  }

  /** Sets what ends the work under way; runs it at once if the wish was made already. */
  void setAction(Runnable action) {
    boolean now;
    synchronized (this) {
      this.action = action;
      now = requested;
    }
    if (now) {
      action.run();
    }
  }

  /** Says that everything is closed and told. */
  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and waits for nothing but this.
    }
  }

  private void onSignal() {
    request();
    try {
      if (!closed.await(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("Cannot stop in order: the run did not close within " + GRACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
