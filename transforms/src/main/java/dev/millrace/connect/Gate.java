// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import dev.millrace.control.AimdLimit;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Lets as many into a database at once as it copes with; see {@link AimdLimit}. Whoever waits does
 * so for a while only, and then goes in all the same: the gate slows work down and never ends it.
 * Safe for use by several threads.
 */
final class Gate {

  /** Why fewer are let in. */
  enum Reason {
    /** Transactions take several times as long for what they move. */
    LATENCY,
    /** Transactions fail for a while: deadlocks, serialization, connections, memory, a restart. */
    ERRORS,
    /** Sessions wait for each other's locks, or for those of others. */
    LOCK_WAITS,
    /** This JVM runs short of memory. */
    MEMORY,
    /** A replica is too far behind. */
    REPLICA_LAG
  }

  private static final LongAdder THROTTLED_NANOS = new LongAdder();

  static {
    Measure.registry().gauge("millrace_throttled_seconds_total", () -> Gate::throttledSeconds);
  }

  private final String what;
  private final int cap;
  private final long patience;
  private final AimdLimit limit;
  private int inside;
  private int waiting;
  private long shutUntil = System.nanoTime();

  /**
   * An open gate.
   *
   * @param what it leads to
   * @param cap how many are let in at most
   * @param patience how long one waits at most
   */
  Gate(String what, int cap, Duration patience) {
    this.what = what;
    this.cap = cap;
    this.patience = patience.toNanos();
    this.limit = new AimdLimit(cap);
  }

  /** For how long threads of this JVM waited while fewer were let in, all together. */
  static double throttledSeconds() {
    return THROTTLED_NANOS.sum() / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** Waits until there is room. */
  synchronized void enter() throws InterruptedException {
    long deadline = System.nanoTime() + patience;
    while (true) {
      long now = System.nanoTime();
      long shut = shutUntil - now;
      long left = deadline - now;
      if ((shut <= 0 && inside < limit.limit()) || left <= 0) {
        inside++;
        return;
      }
      long nanos = shut > 0 ? Math.min(shut, left) : left;
      boolean isThrottled = shut > 0 || limit.limit() < cap;
      waiting++;
      try {
        wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
      } finally {
        waiting--;
      }
      if (isThrottled) {
        THROTTLED_NANOS.add(System.nanoTime() - now);
      }
    }
  }

  /** How many wait now. */
  synchronized int waiting() {
    return waiting;
  }

  /** Leaves room to another. */
  synchronized void leave() {
    inside--;
    notifyAll();
  }

  /** One of those inside did what it came for: it wrote so many bytes in so long. */
  synchronized void done(long bytes, long nanos) {
    if (limit.done(nanos, bytes, inside, System.nanoTime())) {
      told(Reason.LATENCY, "%,d bytes took %,d ms".formatted(bytes, nanos / 1_000_000));
    }
    notifyAll();
  }

  /**
   * There is a reason to let fewer in.
   *
   * @param sign by which that was seen
   */
  synchronized void congested(Reason reason, String sign) {
    if (limit.congested(inside, System.nanoTime())) {
      told(reason, sign);
    }
  }

  /** Lets nobody in for a while. */
  synchronized void shut(Duration time, Reason reason, String sign) {
    if (shutUntil - System.nanoTime() <= 0) {
      told(reason, sign);
    }
    shutUntil = System.nanoTime() + time.toNanos();
  }

  /** How many are let in now. */
  synchronized int limit() {
    return limit.limit();
  }

  private void told(Reason reason, String sign) {
    String word = reason.name().toLowerCase(Locale.ROOT);
    Measure.THROTTLES.addOutside("reason", word);
    Events.add(
        "throttle",
        "%d at a time in the %s for %s: %s"
            .formatted(limit.limit(), what, word.replace('_', ' '), sign));
  }
}
