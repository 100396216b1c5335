// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Which connections of a pool give their slots back to its {@link Ceiling}: those that have served
 * for a turn while others wait, and those that nobody used for a while. Safe for use by several
 * threads.
 */
final class Turns {

  private static final Duration SHORTEST = Duration.ofMillis(250);

  /** A turn takes so many times as long as it takes to open a connection. */
  private static final int WORTH = 10;

  private final Ceiling ceiling;
  private final CeilingQueue queue;

  /** When each connection's turn began. */
  private final Map<Connection, Long> since = new WeakHashMap<>();

  private boolean isUsed;
  private int leastIdle = Integer.MAX_VALUE;
  private int surplus;

  Turns(Ceiling ceiling, CeilingQueue queue) {
    this.ceiling = ceiling;
    this.queue = queue;
  }

  /**
   * One was taken.
   *
   * @param idle how many are left that nobody uses
   */
  synchronized void taken(Connection connection, int idle) {
    since.putIfAbsent(connection, System.nanoTime());
    isUsed = true;
    leastIdle = Math.min(leastIdle, idle);
  }

  /**
   * Whether one that is given back, with no transaction open, is to be closed. Asks the server for
   * that now and then.
   */
  boolean isOver(Connection connection) throws SQLException {
    synchronized (this) {
      if (surplus > 0) {
        surplus--;
        return true;
      }
      long now = System.nanoTime();
      Duration turn = queue.opening().multipliedBy(WORTH);
      turn = turn.compareTo(SHORTEST) < 0 ? SHORTEST : turn;
      if (now - since.getOrDefault(connection, now) < turn.toNanos()) {
        return false;
      }
      since.put(connection, now);
    }
    int waiting = new SlotSession(connection, ceiling).waiting();
    connection.rollback();
    return waiting > 0;
  }

  /**
   * A while has passed.
   *
   * @param idle how many nobody uses now
   * @return whether nobody used any of them all the while
   */
  synchronized boolean passed(int idle) {
    boolean isUnused = !isUsed && idle > 0;
    surplus = isUsed ? leastIdle : 0;
    isUsed = false;
    leastIdle = idle;
    return isUnused;
  }
}
