// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import dev.millrace.benchmarks.copy.Orders;
import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import dev.millrace.local.LocalPostgres.Settings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A server with a limit of connections, with a table to spread and those to spread it over. Whoever
 * spreads is no superuser, for whom the server keeps 3 connections back.
 */
final class StageTables implements AutoCloseable {

  static final String KEY = Orders.KEY;

  /** The column that tells the stage. */
  static final String BY = "account";

  private static final String ROLE = "stages";
  private static final String DATABASE = "stages";
  private static final String SOURCE = "source";

  private final LocalPostgres server;
  private final long rows;
  private final List<String> targets;

  private StageTables(LocalPostgres server, long rows, List<String> targets) {
    this.server = server;
    this.rows = rows;
    this.targets = targets;
  }

  static StageTables create(int maxConnections, long rows, int stages)
      throws IOException, SQLException {
    List<String> targets = IntStream.range(0, stages).mapToObj(i -> "target_" + i).toList();
    Settings settings =
        Settings.durable()
            .with("max_connections", Integer.toString(maxConnections))
            // So that all that is committed is the contender's.
            .with("autovacuum", "off");
    StageTables tables = new StageTables(LocalPostgres.start(settings), rows, targets);
    try {
      tables.fill();
      return tables;
    } catch (SQLException | RuntimeException failure) {
      tables.close();
      throw failure;
    }
  }

  private void fill() throws SQLException {
    Sql.execute(
        superuser("postgres"),
        "CREATE ROLE " + ROLE + " LOGIN",
        "CREATE DATABASE stages OWNER " + ROLE);
    try (Connection connection = spec().connect("bench")) {
      Sql.execute(
          connection,
          "CREATE TABLE %s (%s)".formatted(SOURCE, Orders.definition()),
          "INSERT INTO " + SOURCE + " " + Orders.fill(rows),
          "ALTER TABLE %s ADD PRIMARY KEY (%s)".formatted(SOURCE, KEY));
      for (String target : targets) {
        Sql.execute(
            connection,
            "CREATE TABLE %s (%s, PRIMARY KEY (%s))".formatted(target, Orders.definition(), KEY));
      }
      Sql.execute(connection, "VACUUM ANALYZE " + SOURCE);
    }
  }

  /** Who spreads. */
  ConnectionSpec spec() {
    return ConnectionSpec.of(server.jdbcUrl(DATABASE)).withUser(ROLE);
  }

  String source() {
    return SOURCE;
  }

  List<String> targets() {
    return targets;
  }

  /** Counts the connections of who spreads. */
  BackendSampler sampler() throws SQLException {
    return BackendSampler.connect(superuser("postgres"), ROLE, DATABASE);
  }

  private ConnectionSpec superuser(String database) {
    return ConnectionSpec.of(server.jdbcUrl(database));
  }

  /** Leaves the targets as every run finds them, and nothing for the server to catch up on. */
  void reset() throws SQLException {
    Sql.execute(superuser(DATABASE), "TRUNCATE " + String.join(", ", targets), "CHECKPOINT");
  }

  /** Rows that are in the targets. */
  long written() throws SQLException {
    return sum("SELECT count(*) FROM %2$s");
  }

  /** Rows that are lost, doubled or different, over all targets. */
  long wrong() throws SQLException {
    String wanted = "SELECT * FROM %1$s WHERE %4$s %% %5$d = %3$d";
    return sum(
        "SELECT count(*) FROM ((%1$s EXCEPT ALL TABLE %%2$s) UNION ALL (TABLE %%2$s EXCEPT ALL %1$s)) d"
            .formatted(wanted));
  }

  private long sum(String query) throws SQLException {
    long sum = 0;
    try (Connection connection = superuser(DATABASE).connect("bench")) {
      for (int stage = 0; stage < targets.size(); stage++) {
        String one = query.formatted(SOURCE, targets.get(stage), stage, BY, targets.size());
        sum += Sql.number(connection, one);
      }
    }
    return sum;
  }

  /** The value of a parameter such as {@code fsync}. */
  String setting(String parameter) throws SQLException {
    return Sql.text(superuser(DATABASE), "SHOW " + parameter);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
