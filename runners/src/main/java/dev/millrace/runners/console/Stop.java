// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.console;

import dev.millrace.connect.ConnectionSpec;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The wish that a run ends early. SIGINT and SIGTERM make it, and its deadline; the run gives up
 * its work, closes what it holds and reports, and then the JVM ends, after a signal with 130 or
 * 143.
 *
 * <p>Thread-safe.
 */
public final class Stop implements AutoCloseable {

  /** What a run may take to close before the JVM ends regardless. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static final String SIGNAL = "it was stopped by a signal";

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "millrace-stop");
  private final DaemonTimer clock = new DaemonTimer("millrace-deadline");
  private @Nullable String reason;

  /** Where nothing knows better how to end, as while a run is planned. */
  private Runnable action = ConnectionSpec::abortAll;

  private Stop() {}

  /** A wish that nobody but {@link #request()} makes. */
  public static Stop byHand() {
    return new Stop();
  }

  /** A wish that a signal to this process makes too. */
  public static Stop onSignals() {
    Stop stop = new Stop();
    Runtime.getRuntime().addShutdownHook(stop.hook);
    return stop;
  }

  /** Makes the wish as a signal does. */
  public void request() {
    request(SIGNAL);
  }

  /** Makes the wish, for a reason of the form {@code it was stopped}. */
  void request(String why) {
    Runnable now;
    synchronized (this) {
      reason = reason == null ? why : reason;
      now = action;
    }
    now.run();
  }

  /** Makes the wish when some time has passed, and ends the JVM if the run does not heed it. */
  public void requestAfter(Duration limit, String why) {
    clock.after(limit, () -> request(why));
    clock.after(limit.plus(GRACE), ConnectionSpec::abortAll);
    clock.after(limit.plus(GRACE).plus(GRACE), Stop::giveUp);
  }

  private static void giveUp() {
    sayNotClosed();
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }

  private static void sayNotClosed() {
    System.err.println("Cannot stop in order: the run did not close within " + GRACE);
  }

  public boolean isRequested() {
    return reason() != null;
  }

  /** Whether a signal made the wish. */
  public boolean isSignal() {
    return SIGNAL.equals(reason());
  }

  /** Why it was made; null if it was not. */
  public synchronized @Nullable String reason() {
    return reason;
  }

  /** Sets what ends the work under way; runs it at once if the wish was made already. */
  public void setAction(Runnable action) {
    boolean now;
    synchronized (this) {
      this.action = action;
      now = reason != null;
    }
    if (now) {
      action.run();
    }
  }

  /** Says that everything is closed and told. */
  @Override
  public void close() {
    closed.countDown();
    clock.close();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and waits for nothing but this.
    }
  }

  private void onSignal() {
    request(SIGNAL);
    try {
      if (!closed.await(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        sayNotClosed();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
