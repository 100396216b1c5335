// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.postgresql.jdbc.PgConnection;

/**
 * What a session says and asks of slots that are numbered, in auto-commit mode. All of it are
 * advisory locks of two numbers: the first says of which set and what of it, the second which. Used
 * by one thread.
 */
final class SlotLocks {

  /** How many holders a sentence names. */
  private static final int NAMED = 5;

  /** The locks of one kind that are held; of a pool {@code ?}. */
  private static final String HELD =
      """
       FROM pg_locks AS l
       WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.classid::bigint = ?
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())""";

  private static final String OTHER_SIZE =
      "SELECT l.objid::int, (SELECT application_name FROM pg_stat_activity AS a WHERE a.pid = l.pid)"
          + HELD
          + " AND l.objid::bigint <> ? LIMIT 1";

  /** Tries one slot after the other, up to as many that are free as are wanted. */
  private static final String TAKE =
      "SELECT slot FROM unnest(?) AS slot WHERE pg_try_advisory_lock(?, slot) LIMIT ?";

  private static final String GIVE_BACK =
      "SELECT count(pg_advisory_unlock(?, slot)) FROM unnest(?) AS slot";

  private static final String TURN = "SELECT pg_try_advisory_lock(?, 0)";

  private static final String WAITING = "SELECT count(*)" + HELD;

  private static final String HOLDERS =
      """
      SELECT coalesce(nullif(
        (SELECT application_name FROM pg_stat_activity AS a WHERE a.pid = l.pid), ''),
        'one without a name'), count(*) %s GROUP BY 1 ORDER BY 2 DESC, 1"""
          .formatted(HELD);

  /** What the second number of a lock tells. */
  private enum Kind {
    /** A slot that is taken; held by one. */
    SLOT,
    /** How many slots the holder believes there are; shared. */
    SIZE,
    /** That the holder waits; shared. */
    WAIT,
    /** That nobody but the holder may take slots now; held by one. */
    TURN
  }

  /**
   * Slots that all who name them alike share.
   *
   * @param key what they are told from others by
   * @param count how many there are
   * @param each what one is, in the plural
   * @param name of their number, for people
   */
  record Numbered(String key, int count, String each, String name) {}

  private final Connection connection;
  private final Numbered slots;

  SlotLocks(Connection connection, Numbered slots) {
    this.connection = connection;
    this.slots = slots;
  }

  /**
   * Says how many slots this one believes there are.
   *
   * @throws SQLException when others believe another number, or the session is not the server's
   */
  void open() throws SQLException {
    requireDirect();
    LastingLocks.prepare(connection);
    lock("pg_advisory_lock_shared", Kind.SIZE, slots.count());
    try (PreparedStatement other = connection.prepareStatement(OTHER_SIZE)) {
      other.setLong(1, Integer.toUnsignedLong(number(Kind.SIZE)));
      other.setInt(2, slots.count());
      try (ResultSet row = other.executeQuery()) {
        if (row.next()) {
          throw new SQLException(
              "Cannot take %d %s as %s: %s takes %d (must be the same)"
                  .formatted(
                      slots.count(), slots.each(), slots.name(), row.getString(2), row.getInt(1)));
        }
      }
    }
  }

  /** A pooler between hands sessions, and the locks they hold, from one client to the next. */
  private void requireDirect() throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT pg_backend_pid()");
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (row.getInt(1) != connection.unwrap(PgConnection.class).getBackendPID()) {
        throw new SQLException(
            "Cannot keep %s through a pooler (must be the server's own address)"
                .formatted(slots.name()));
      }
    }
  }

  /**
   * Takes so many of these slots at most as are free, in their order.
   *
   * @return which; none of them may be this session's already
   */
  List<Integer> take(Collection<Integer> any, int most) throws SQLException {
    try (PreparedStatement take = connection.prepareStatement(TAKE)) {
      take.setArray(1, connection.createArrayOf("int4", any.toArray()));
      take.setInt(2, number(Kind.SLOT));
      take.setInt(3, most);
      try (ResultSet row = take.executeQuery()) {
        List<Integer> taken = new ArrayList<>();
        while (row.next()) {
          taken.add(row.getInt(1));
        }
        return taken;
      }
    }
  }

  void giveBack(Collection<Integer> taken) throws SQLException {
    try (PreparedStatement back = connection.prepareStatement(GIVE_BACK)) {
      back.setInt(1, number(Kind.SLOT));
      back.setArray(2, connection.createArrayOf("int4", taken.toArray()));
      back.execute();
    }
  }

  /** Whether it is this session's turn from now on, as it is nobody else's. */
  boolean beginTurn() throws SQLException {
    try (PreparedStatement turn = connection.prepareStatement(TURN)) {
      turn.setInt(1, number(Kind.TURN));
      try (ResultSet row = turn.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  void endTurn() throws SQLException {
    lock("pg_advisory_unlock", Kind.TURN, 0);
  }

  /** Says that it waits for a slot. */
  void beginWaiting() throws SQLException {
    lock("pg_advisory_lock_shared", Kind.WAIT, 0);
  }

  /** Says that it does not any more. */
  void endWaiting() throws SQLException {
    lock("pg_advisory_unlock_shared", Kind.WAIT, 0);
  }

  /** How many sessions wait for slots, this one included. */
  int waiting() throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WAITING)) {
      statement.setLong(1, Integer.toUnsignedLong(number(Kind.WAIT)));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Who holds the slots, as in {@code millrace WRITE r1 host:17 (3), millrace READ r2 host:4}. */
  String holders() throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(HOLDERS)) {
      statement.setLong(1, Integer.toUnsignedLong(number(Kind.SLOT)));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          int count = row.getInt(2);
          names.add(row.getString(1) + (count == 1 ? "" : " (" + count + ")"));
        }
      }
    }
    int more = names.size() - NAMED;
    return String.join(", ", names.subList(0, Math.min(NAMED, names.size())))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private void lock(String function, Kind kind, int number) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement("SELECT " + function + "(?, ?)")) {
      lock.setInt(1, number(kind));
      lock.setInt(2, number);
      lock.execute();
    }
  }

  private int number(Kind kind) {
    String text = "millrace " + kind + " of " + slots.key();
    return Hashing.sipHash24().hashString(text, StandardCharsets.UTF_8).asInt();
  }
}
