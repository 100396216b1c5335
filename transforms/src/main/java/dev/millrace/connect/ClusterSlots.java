// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The slots that this process has of a number that all processes share which name the same pool in
 * the same database. Each slot is an advisory lock of one session, which frees them when its
 * process dies: at once, or within a minute if the machine or the network goes without a word.
 *
 * <p>Slots are taken by whose turn it is, and by nobody else: so who needs several gets one after
 * the other, and no two processes wait for what the other has of them. Who has slots and hears that
 * others wait is to give them back when he can, and to wait for his turn.
 *
 * <p>Any failure is the end of the session and of what it had; call {@link #close}, and the next
 * that is asked opens another. Used by one thread.
 */
public final class ClusterSlots implements AutoCloseable {

  /** A network that is cut is noticed before the server gives the slots to others. */
  private static final Duration STALL = Duration.ofSeconds(10);

  private final ConnectionSpec database;
  private final SlotLocks.Numbered slots;
  private final String purpose;
  private final TreeSet<Integer> free = new TreeSet<>();
  private final TreeSet<Integer> taken = new TreeSet<>();
  private @Nullable Connection connection;
  private @Nullable SlotLocks session;
  private boolean isTurn;
  private boolean isWaiting;

  /**
   * Has none as yet, and no connection.
   *
   * @param database without a ceiling
   * @param count of the slots of all processes together, 1 or more
   */
  public ClusterSlots(ConnectionSpec database, String pool, int count) {
    Timeouts timeouts = database.timeouts();
    Duration stall = timeouts.stall().compareTo(STALL) < 0 ? timeouts.stall() : STALL;
    this.database = database.withTimeouts(timeouts.withStall(stall).withRetry(Retry.NEVER));
    this.slots =
        new SlotLocks.Numbered("slots " + pool, count, "slots", "the size of pool " + pool);
    this.purpose = "pool " + pool + (database.run().isEmpty() ? " " + ApplicationName.WORKER : "");
  }

  /** Whether there is a session. */
  public boolean isOpen() {
    return session != null;
  }

  /** Whether only this process may take slots now. */
  public boolean isTurn() {
    return isTurn;
  }

  /** Whether others are told that this process waits. */
  public boolean isWaiting() {
    return isWaiting;
  }

  /**
   * Takes slots that are free, if it is this process's turn or can be.
   *
   * @param most how many at most
   * @return how many
   * @throws SQLException when the server does not answer or refuses, or others take the pool for
   *     one of another size
   */
  public int take(int most) throws SQLException {
    SlotLocks mine = session();
    isTurn = isTurn || mine.beginTurn();
    if (!isTurn) {
      return 0;
    }
    List<Integer> more = mine.take(free, most);
    free.removeAll(more);
    taken.addAll(more);
    return more.size();
  }

  private SlotLocks session() throws SQLException {
    if (session == null) {
      connection = database.connect(purpose);
      SlotLocks opened = new SlotLocks(connection, slots);
      opened.open();
      for (int slot = 0; slot < slots.count(); slot++) {
        free.add(slot);
      }
      session = opened;
    }
    return session;
  }

  /** Lets others take slots. */
  public void endTurn() throws SQLException {
    if (isTurn) {
      isTurn = false;
      requireNonNull(session).endTurn();
    }
  }

  /** Gives so many back of those that were taken. */
  public void giveBack(int count) throws SQLException {
    List<Integer> back = new ArrayList<>(taken.descendingSet()).subList(0, count);
    requireNonNull(session).giveBack(back);
    free.addAll(back);
    back.forEach(taken::remove);
  }

  /** Says that it waits for slots, or that it does not. */
  public void waiting(boolean isSo) throws SQLException {
    if (isSo != isWaiting) {
      isWaiting = isSo;
      if (isSo) {
        requireNonNull(session).beginWaiting();
      } else {
        requireNonNull(session).endWaiting();
      }
    }
  }

  /** How many other processes wait for slots. */
  public int others() throws SQLException {
    return requireNonNull(session).waiting() - (isWaiting ? 1 : 0);
  }

  /** Who has the slots, as in {@code millrace pool licence host:17 (3)}. */
  public String holders() throws SQLException {
    return requireNonNull(session).holders();
  }

  /** Ends the session, and so gives back all. It may be used again, and opens another. */
  @Override
  public void close() {
    Connection last = connection;
    connection = null;
    session = null;
    isTurn = false;
    isWaiting = false;
    free.clear();
    taken.clear();
    if (last != null) {
      try {
        last.close();
      } catch (SQLException lost) {
        // The server has seen it end, or will.
      }
    }
  }
}
