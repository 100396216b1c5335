// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.connect.ReadOnlySessions;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.TableName;
import dev.millrace.horizon.Sighting.Open;
import dev.millrace.horizon.Sighting.Prepared;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The transactions of a database that may write a table.
 *
 * <p>The server shows what a transaction wrote before it says that the transaction has ended, and
 * says that one is prepared before that it is no longer open. So the clock is read first, then who
 * is open, then who is prepared, and by the caller, last, the table.
 */
final class Activity {

  /**
   * A session that is active without a transaction may be about to begin one, with the time of its
   * query. In a procedure that commits, {@code statement_timestamp()} is before the transaction, so
   * that the query counts there as well. What vacuums or builds an index concurrently cannot be
   * part of a transaction that writes.
   */
  private static final String OPEN =
      """
      SELECT statement_timestamp() AS clock, pg_is_in_recovery() AS standby,
             EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid IN (%1$s)) AS subscribed,
             current_setting('max_prepared_transactions')::int > 0 AS preparable,
             quote_ident(current_user) AS me, s.*
      FROM (VALUES (true)) AS once LEFT JOIN (
        SELECT pid, usename, application_name, state, left(query, 200) AS query,
               CASE WHEN state IN ('active', 'fastpath function call')
                   AND (xact_start IS NOT NULL OR backend_type = 'client backend')
                 THEN least(xact_start, query_start) ELSE xact_start END AS since,
               backend_type IS NULL AS hidden,
               xact_start IS NULL AND state ~ '^(disabled|idle in transaction)' AS untracked
        FROM pg_stat_activity AS a
        WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND pid <> pg_backend_pid()
          AND coalesce(backend_type NOT IN ('autovacuum worker', 'walsender'), usesysid IS NOT NULL)
          AND coalesce(application_name, '') NOT LIKE ALL (ARRAY[%2$s])
          AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum v WHERE v.pid = a.pid)
          AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index i
                          WHERE i.pid = a.pid AND i.command LIKE '%% CONCURRENTLY')) AS s
        ON s.since IS NOT NULL OR s.hidden OR s.untracked
      ORDER BY s.since, s.pid
      """
          .formatted(
              Relations.OIDS_AND_ABOVE,
              ReadOnlySessions.applicationNames().stream()
                  .map(name -> Sql.literal(name + "%"))
                  .collect(Collectors.joining(", ")));

  /**
   * One holds the locks of what it wrote, under the virtual transaction under which it holds the
   * lock of its own number. A view hides what was written.
   */
  private static final String PREPARED =
      """
      SELECT p.transaction || '@' || (extract(epoch FROM p.prepared) * 1000000)::bigint AS id,
             p.owner, p.gid, p.prepared
      FROM pg_prepared_xacts p
      WHERE p.database = current_database() AND (? OR
        NOT EXISTS (
          SELECT FROM pg_locks own
          WHERE own.locktype = 'transactionid' AND own.transactionid = p.transaction
            AND own.pid IS NULL AND own.mode = 'ExclusiveLock')
        OR EXISTS (
          SELECT FROM pg_locks own
          JOIN pg_locks held ON held.virtualtransaction = own.virtualtransaction
          WHERE own.locktype = 'transactionid' AND own.transactionid = p.transaction
            AND own.pid IS NULL AND held.pid IS NULL AND held.locktype = 'relation'
            AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND held.mode NOT IN ('AccessShareLock', 'RowShareLock')
            AND held.relation IN (%s)))
      ORDER BY p.prepared
      """
          .formatted(Relations.OIDS);

  private Activity() {}

  /**
   * Asks the server.
   *
   * @param view whether the table is one, so that any prepared transaction may have written it
   */
  static Sighting read(Connection connection, TableName table, boolean view) throws SQLException {
    List<Open> open = new ArrayList<>();
    Blindness blind = new Blindness();
    Instant clock;
    boolean preparable;
    try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
      statement.setString(1, table.sql());
      statement.setString(2, table.sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        clock = instant(row, "clock");
        boolean standby = row.getBoolean("standby");
        preparable = row.getBoolean("preparable") && !standby;
        blind.server(row);
        do {
          blind.session(row);
          if (row.getObject("since") != null && !standby) {
            open.add(open(row, clock));
          }
        } while (row.next());
      }
    }
    List<Prepared> prepared = preparable ? prepared(connection, table, view, clock) : List.of();
    return new Sighting(clock, open, prepared, blind.reasons());
  }

  private static Open open(ResultSet row, Instant clock) throws SQLException {
    Instant since = instant(row, "since");
    return new Open(
        since,
        new Holder(
            Holder.SESSION,
            row.getInt("pid"),
            text(row, "usename"),
            text(row, "application_name"),
            Duration.between(since, clock),
            text(row, "state"),
            text(row, "query")));
  }

  private static List<Prepared> prepared(
      Connection connection, TableName table, boolean view, Instant clock) throws SQLException {
    List<Prepared> prepared = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PREPARED)) {
      statement.setBoolean(1, view);
      statement.setString(2, table.sql());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          prepared.add(
              new Prepared(
                  row.getString("id"),
                  Holder.prepared(
                      row.getString("gid"),
                      text(row, "owner"),
                      Duration.between(instant(row, "prepared"), clock))));
        }
      }
    }
    return prepared;
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static String text(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }
}
