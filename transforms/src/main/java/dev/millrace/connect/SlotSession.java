// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postgresql.jdbc.PgConnection;

/**
 * What a session says and asks of the slots of a {@link Ceiling}, in auto-commit mode. All of it
 * are advisory locks of two numbers: the first says of which pool and what of it, the second which.
 * Used by one thread.
 */
final class SlotSession {

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

  /** Tries one slot after the other up to the first that is free. */
  private static final String TAKE =
      "SELECT slot FROM unnest(?) AS slot WHERE pg_try_advisory_lock(?, slot) LIMIT 1";

  private static final String WAITING = "SELECT count(*)" + HELD;

  private static final String HOLDERS =
      """
      SELECT coalesce(nullif(application_name, ''), 'one without a name'), count(*)
      FROM pg_stat_activity WHERE pid IN (SELECT l.pid %s) GROUP BY 1 ORDER BY 2 DESC, 1"""
          .formatted(HELD);

  /** What the second number of a lock tells. */
  private enum Kind {
    /** A slot that a connection takes; held by one. */
    SLOT,
    /** How many slots the holder believes there are; shared. */
    SIZE,
    /** That the holder waits; shared. */
    WAIT
  }

  private final Connection connection;
  private final Ceiling ceiling;

  SlotSession(Connection connection, Ceiling ceiling) {
    this.connection = connection;
    this.ceiling = ceiling;
  }

  /**
   * Says how many connections this one takes the ceiling for.
   *
   * @throws SQLException when others take it for another number, or the session is not the server's
   */
  void open() throws SQLException {
    requireDirect();
    LastingLocks.prepare(connection);
    lock("pg_advisory_lock_shared", Kind.SIZE, ceiling.connections());
    try (PreparedStatement other = connection.prepareStatement(OTHER_SIZE)) {
      other.setLong(1, Integer.toUnsignedLong(number(Kind.SIZE)));
      other.setInt(2, ceiling.connections());
      try (ResultSet row = other.executeQuery()) {
        if (row.next()) {
          throw new SQLException(
              "Cannot take %d connections as the ceiling of pool %s: %s takes %d (must be the same)"
                  .formatted(
                      ceiling.connections(), ceiling.pool(), row.getString(2), row.getInt(1)));
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
            "Cannot keep the ceiling of pool %s through a pooler (must be the server's own address)"
                .formatted(ceiling.pool()));
      }
    }
  }

  /** Takes a slot for the first of these for which one is free; empty if none is for any. */
  Optional<Quota> takeFirst(Set<Quota> quotas) throws SQLException {
    for (Quota quota : quotas) {
      if (take(quota)) {
        return Optional.of(quota);
      }
    }
    return Optional.empty();
  }

  private boolean take(Quota quota) throws SQLException {
    Array slots = connection.createArrayOf("int4", ceiling.slots(quota).toArray());
    try (PreparedStatement take = connection.prepareStatement(TAKE)) {
      take.setArray(1, slots);
      take.setInt(2, number(Kind.SLOT));
      try (ResultSet row = take.executeQuery()) {
        return row.next();
      }
    }
  }

  /** Says that it waits for a slot. */
  void beginWaiting() throws SQLException {
    lock("pg_advisory_lock_shared", Kind.WAIT, 0);
  }

  /** Says that it does not any more. */
  void endWaiting() throws SQLException {
    lock("pg_advisory_unlock_shared", Kind.WAIT, 0);
  }

  /** How many processes wait for slots. */
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
    String text = "millrace " + kind + " of pool " + ceiling.pool();
    return Hashing.sipHash24().hashString(text, StandardCharsets.UTF_8).asInt();
  }
}
