// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.TableName;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Closes windows by the ids of transactions, on a column that holds the id of whoever wrote the row
 * last. Every transaction below the {@code xmin} of a snapshot has ended, prepared ones as well,
 * and every later one gets a greater id: there is nothing to assume, be the server a standby or
 * whatever its clock says.
 */
record ClosingByTransactionId(TableName table, String column) implements Closing {

  /** Ids are given to all databases of a server, and by the first write of a transaction. */
  private static final String ASK =
      """
      SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, statement_timestamp() AS clock,
             s.*
      FROM (VALUES (true)) AS once LEFT JOIN (
        SELECT 'session' AS kind, pid, usename AS name, application_name AS application, state,
               left(query, 200) AS query, xact_start AS since, backend_xid AS id
        FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
        UNION ALL
        SELECT 'prepared transaction', 0, owner, '', '', gid, prepared, transaction
        FROM pg_prepared_xacts) AS s ON true
      ORDER BY age(s.id) DESC
      LIMIT 20
      """;

  @Override
  public Look look(Connection connection, String text) throws SQLException {
    Memory before = Memory.parse(text, name());
    List<Holder> holders = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(ASK);
        ResultSet row = statement.executeQuery()) {
      row.next();
      String high = row.getString("xmin");
      Instant clock = Activity.instant(row, "clock");
      String last = before == null ? null : before.high();
      if (last != null && new BigInteger(last).compareTo(new BigInteger(high)) > 0) {
        throw new HorizonException(
            table,
            column,
            "the server's transaction ids went back from "
                + last
                + " to "
                + high
                + ", so it is another one, or was restored; copy the table anew");
      }
      do {
        if (row.getString("kind") != null) {
          holders.add(holder(row, clock));
        }
      } while (row.next());
      Memory after =
          new Memory(
              name(),
              Micros.of(clock),
              MachineTime.here(),
              null,
              Map.of(),
              null,
              high,
              Barriers.NONE);
      return new Look(high, clock, null, Holder.oldest(holders), holders, after.toJson());
    }
  }

  private String name() {
    return table + "." + column;
  }

  private static Holder holder(ResultSet row, Instant clock) throws SQLException {
    OffsetDateTime since = row.getObject("since", OffsetDateTime.class);
    return new Holder(
        row.getString("kind"),
        row.getInt("pid"),
        Activity.text(row, "name"),
        Activity.text(row, "application"),
        since == null ? null : Duration.between(since.toInstant(), clock),
        Activity.text(row, "state"),
        Activity.text(row, "query"));
  }
}
