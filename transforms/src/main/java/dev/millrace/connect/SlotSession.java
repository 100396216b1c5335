// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * What a session says and asks of the slots of a {@link Ceiling}, in auto-commit mode. Used by one
 * thread.
 */
final class SlotSession {

  private final SlotLocks locks;
  private final Ceiling ceiling;

  SlotSession(Connection connection, Ceiling ceiling) {
    this.locks =
        new SlotLocks(
            connection,
            new SlotLocks.Numbered(
                "pool " + ceiling.pool(),
                ceiling.connections(),
                "connections",
                "the ceiling of pool " + ceiling.pool()));
    this.ceiling = ceiling;
  }

  /**
   * Says how many connections this one takes the ceiling for.
   *
   * @throws SQLException when others take it for another number, or the session is not the server's
   */
  void open() throws SQLException {
    locks.open();
  }

  /** Takes a slot for the first of these for which one is free; empty if none is for any. */
  Optional<Quota> takeFirst(Set<Quota> quotas) throws SQLException {
    for (Quota quota : quotas) {
      if (!locks.take(ceiling.slots(quota), 1).isEmpty()) {
        return Optional.of(quota);
      }
    }
    return Optional.empty();
  }

  /** Says that it waits for a slot. */
  void beginWaiting() throws SQLException {
    locks.beginWaiting();
  }

  /** Says that it does not any more. */
  void endWaiting() throws SQLException {
    locks.endWaiting();
  }

  /** How many processes wait for slots. */
  int waiting() throws SQLException {
    return locks.waiting();
  }

  /** Who holds the slots, as in {@code millrace WRITE r1 host:17 (3), millrace READ r2 host:4}. */
  String holders() throws SQLException {
    return locks.holders();
  }
}
