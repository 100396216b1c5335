// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a query said of a table when it was last asked; asked anew by one thread when its time is
 * over, while others go on with what it was. Safe for use by several threads.
 */
final class TableState {

  /** Asks the server. */
  @FunctionalInterface
  interface Question {
    String ask() throws SQLException;
  }

  private final Duration every;
  private final Question question;

  private volatile @Nullable String known;
  private volatile long asked;
  private boolean asking;

  TableState(Duration every, Question question) {
    this.every = every;
    this.question = question;
  }

  /** What it is, or was no longer ago than {@code every} and the time of an answer. */
  String get(long nanos) throws SQLException {
    String last = known;
    if (last != null && (nanos - asked < every.toNanos() || !begin())) {
      return last;
    }
    return last == null ? first(nanos) : ask(nanos);
  }

  /** All wait for the first. */
  private synchronized String first(long nanos) throws SQLException {
    String last = known;
    return last == null ? ask(nanos) : last;
  }

  private synchronized boolean begin() {
    boolean mine = !asking;
    asking = true;
    return mine;
  }

  private String ask(long nanos) throws SQLException {
    try {
      String now = question.ask();
      // It is as old as the question.
      asked = nanos;
      known = now;
      return now;
    } finally {
      synchronized (this) {
        asking = false;
      }
    }
  }
}
