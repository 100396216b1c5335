// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/**
 * The practical limit: bytes of {@code COPY ... TO STDOUT (FORMAT binary)} given to {@code COPY ...
 * FROM STDIN (FORMAT binary)} unread. Each stream copies a range of the table's pages, all under
 * one exported snapshot. An upsert goes through a temporary table per stream: chunks of it, with or
 * without more {@code temp_buffers} and sorted or not, cost the server as much.
 */
final class Pipe {

  /** A message of {@code COPY} per piece instead of per row: a fifth faster with one stream. */
  private static final int PIECE = 64 * 1024;

  private Pipe() {}

  static void copy(Job job) throws Exception {
    ConnectionSpec server = Tables.patient(job.server());
    try (Connection holder = server.connect("pipe snapshot")) {
      repeatableRead(holder);
      String snapshot = Sql.text(holder, "select pg_export_snapshot()");
      long pages =
          Long.parseLong(
              Sql.text(
                  holder,
                  "select pg_relation_size('%s') / current_setting('block_size')::int"
                      .formatted(job.source())));
      List<Future<Void>> streams = new ArrayList<>();
      ExecutorService threads = Executors.newFixedThreadPool(job.parallelism());
      try {
        for (int i = 0; i < job.parallelism(); i++) {
          String rows = rows(job, pages, i);
          streams.add(
              threads.submit(
                  () -> {
                    copyStream(job, server, snapshot, rows);
                    return null;
                  }));
        }
        for (Future<Void> stream : streams) {
          stream.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  /** The rows of the {@code i}-th stream: the first has no lower bound, the last no upper. */
  private static String rows(Job job, long pages, int i) {
    int streams = job.parallelism();
    String query = "select %s from %s where true".formatted(Orders.columnList(), job.source());
    if (i > 0) {
      query += " and ctid >= '(%d,0)'".formatted(pages * i / streams);
    }
    if (i < streams - 1) {
      query += " and ctid < '(%d,0)'".formatted(pages * (i + 1) / streams);
    }
    return query;
  }

  private static void copyStream(Job job, ConnectionSpec server, String snapshot, String rows)
      throws SQLException {
    try (Connection in = server.connect("pipe read");
        Connection out = server.connect("pipe write")) {
      repeatableRead(in);
      Sql.execute(in, "set transaction snapshot '" + snapshot + "'");
      out.setAutoCommit(false);
      switch (job.mode()) {
        case APPEND -> pipe(in, rows, out, job.target());
        case UPSERT -> {
          Sql.execute(
              out, "create temp table stage (like %s) on commit drop".formatted(job.target()));
          pipe(in, rows, out, "stage");
          Sql.execute(
              out,
              "insert into %s (%s) select %2$s from stage %s"
                  .formatted(job.target(), Orders.columnList(), Orders.onConflict()));
        }
        case LEDGER -> throw new IllegalArgumentException("Cannot pipe: a pipe keeps no ledger");
      }
      out.commit();
      in.commit();
    }
  }

  private static void pipe(Connection in, String rows, Connection out, String table)
      throws SQLException {
    CopyOut from = copies(in).copyOut("copy (%s) to stdout (format binary)".formatted(rows));
    CopyIn into =
        copies(out)
            .copyIn(
                "copy %s (%s) from stdin (format binary)".formatted(table, Orders.columnList()));
    byte[] piece = new byte[PIECE];
    int filled = 0;
    for (byte[] row = from.readFromCopy(); row != null; row = from.readFromCopy()) {
      if (filled + row.length > PIECE) {
        into.writeToCopy(piece, 0, filled);
        filled = 0;
      }
      if (row.length > PIECE) {
        into.writeToCopy(row, 0, row.length);
      } else {
        System.arraycopy(row, 0, piece, filled, row.length);
        filled += row.length;
      }
    }
    into.writeToCopy(piece, 0, filled);
    into.endCopy();
  }

  private static CopyManager copies(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  private static void repeatableRead(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
  }
}
