// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.dialect.Sql;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * How the transaction of a read begins: seeing one moment, changing nothing, and for as long as it
 * takes.
 *
 * @param snapshot null to see the moment at which it begins
 * @param inPageOrder whether rows must come in the order of their pages
 */
record ReadSession(@Nullable SnapshotRef snapshot, boolean inPageOrder) implements Serializable {

  /** In whatever order the rows come, but for that of a query. */
  ReadSession(@Nullable SnapshotRef snapshot) {
    this(snapshot, false);
  }

  void begin(Connection connection) throws SQLException {
    StringBuilder begin =
        new StringBuilder("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;");
    if (snapshot != null) {
      begin.append("SET TRANSACTION SNAPSHOT ").append(Sql.literal(snapshot.id())).append(';');
    }
    // The server counts a slowly consumed COPY as a slow statement; and parallel workers keep no
    // order.
    begin
        .append("SET LOCAL statement_timeout = 0;")
        .append("SET LOCAL max_parallel_workers_per_gather = 0;");
    if (inPageOrder) {
      // Scans that join one under way begin in the midst; those of an index have its own order.
      begin
          .append("SET LOCAL synchronize_seqscans = off;")
          .append("SET LOCAL enable_indexscan = off;")
          .append("SET LOCAL enable_indexonlyscan = off;");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(begin.toString());
    }
  }
}
