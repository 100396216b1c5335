// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Failures in a row of what a runner calls again and again: {@link Retry} for who must not wait
 * within a call, but can ask to be called later. Used by one thread.
 */
public final class Outage {

  private final Retry retry;
  private final String what;
  private final List<SQLException> failures = new ArrayList<>();
  private long since;

  /**
   * No failure so far.
   *
   * @param what is done, as in {@code read public.item}
   */
  public Outage(Retry retry, String what) {
    this.retry = retry;
    this.what = what;
  }

  /** It works. */
  public void over() {
    failures.clear();
  }

  /**
   * It failed.
   *
   * @return how long to wait before the next call
   * @throws SQLException when it failed for good, or the budget is spent; as {@link Retry#call}
   */
  public Duration failed(SQLException failure) throws SQLException {
    long now = System.nanoTime();
    since = failures.isEmpty() ? now : since;
    failures.add(failure);
    Duration took = Duration.ofNanos(now - since);
    if (Fault.of(failure) != Fault.TRANSIENT || took.compareTo(retry.budget()) >= 0) {
      throw Retry.exhausted(what, failures, failure, took);
    }
    Retry.told(what, failures);
    return Retry.delay(failures.size());
  }
}
