// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.verify;

import dev.millrace.benchmarks.copy.Orders;
import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/** A server with a database for the source and one for each copy, right or harmed. */
final class VerifyTables implements AutoCloseable {

  static final String TABLE = "orders";

  /** Statements over whole tables take their time and send nothing meanwhile. */
  private static final Duration STATEMENT_LIMIT = Duration.ofHours(1);

  private final LocalPostgres server;

  private VerifyTables(LocalPostgres server) {
    this.server = server;
  }

  /** Creates and fills all tables with the same rows, and harms some. */
  static VerifyTables create(long rows, Consumer<String> progress)
      throws IOException, SQLException {
    VerifyTables tables = new VerifyTables(LocalPostgres.start(LocalPostgres.Settings.durable()));
    try {
      for (Copy copy : Copy.values()) {
        progress.accept("filling %s with %,d rows".formatted(copy.database(), rows));
        tables.fill(copy, rows);
      }
      return tables;
    } catch (SQLException | RuntimeException failure) {
      tables.close();
      throw failure;
    }
  }

  private void fill(Copy copy, long rows) throws SQLException {
    Sql.execute(ConnectionSpec.of(server.jdbcUrl()), "create database " + copy.database());
    Sql.execute(
        spec(copy),
        "create table %s (%s)".formatted(TABLE, Orders.definition()),
        "insert into %s %s".formatted(TABLE, Orders.fill(rows)),
        "alter table %s add primary key (%s)".formatted(TABLE, Orders.KEY),
        "vacuum analyze " + TABLE);
    Sql.execute(spec(copy), copy.harm(TABLE, rows).toArray(String[]::new));
    Sql.execute(spec(copy), "vacuum analyze " + TABLE, "checkpoint");
  }

  ConnectionSpec spec(Copy copy) {
    ConnectionSpec spec = ConnectionSpec.of(server.jdbcUrl(copy.database()));
    return spec.withTimeouts(spec.timeouts().withStall(STATEMENT_LIMIT));
  }

  /** The value of a parameter such as {@code server_version}. */
  String setting(String parameter) throws SQLException {
    return Sql.text(spec(Copy.SOURCE), "SHOW " + parameter);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
