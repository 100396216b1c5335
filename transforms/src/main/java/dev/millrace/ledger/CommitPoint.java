// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The places in which a crash could hurt. A test halts the JVM at one of them, as a crash would, by
 * {@code -Dmillrace.halt=POINT:N}: the N-th time that any thread gets there.
 */
public enum CommitPoint {
  /** The transaction began; the ledger is as it was. */
  BEFORE_LEDGER,
  /** The ledger was changed within the transaction, the data not sent. */
  AFTER_LEDGER,
  /** The data was sent, the transaction not committed. */
  AFTER_DATA,
  /** The transaction is committed, and nobody knows it yet. */
  AFTER_COMMIT,
  /** A block was read and handed on; the next was not begun. */
  BETWEEN_BLOCKS;

  /** As after {@code kill -9}. */
  private static final int KILLED = 137;

  private static final @Nullable String HALT = System.getProperty("millrace.halt");

  private static final AtomicInteger REACHED = new AtomicInteger();

  /** Says that a thread got here. */
  public void reached() {
    if (HALT != null
        && HALT.startsWith(name() + ":")
        && REACHED.incrementAndGet() == Integer.parseInt(HALT.substring(name().length() + 1))) {
      Runtime.getRuntime().halt(KILLED);
    }
  }
}
