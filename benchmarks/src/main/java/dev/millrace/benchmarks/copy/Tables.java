// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import static java.util.stream.Collectors.joining;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The benchmark's own schema on a server, dropped on close: a source of each size, and a target for
 * each mode, which autovacuum leaves alone so that it strikes nobody.
 */
final class Tables implements AutoCloseable {

  static final String SCHEMA = "millrace_bench";

  /** Statements over whole tables take their time and send nothing meanwhile. */
  private static final Duration STATEMENT_LIMIT = Duration.ofHours(1);

  private final Connection connection;
  private final Map<String, Checksum> expected = new HashMap<>();

  private Tables(Connection connection) {
    this.connection = connection;
  }

  /**
   * Creates and fills the tables.
   *
   * @throws SQLException also when the schema is there already
   */
  static Tables create(ConnectionSpec server, Set<Long> sizes, Consumer<String> progress)
      throws SQLException {
    Connection connection = patient(server).connect("bench");
    Sql.execute(connection, "create schema " + SCHEMA);
    for (Mode mode : Mode.values()) {
      Sql.execute(
          connection,
          "create table %s (%s%s) with (autovacuum_enabled = off)"
              .formatted(
                  target(mode),
                  Orders.definition(),
                  mode == Mode.UPSERT ? ", primary key (" + Orders.KEY + ")" : ""));
    }
    for (long size : sizes) {
      progress.accept("filling a table of %,d rows".formatted(size));
      Sql.execute(connection, "create table %s (%s)".formatted(source(size), Orders.definition()));
      Sql.execute(connection, "insert into %s %s".formatted(source(size), Orders.fill(size)));
      Sql.execute(
          connection, "alter table %s add primary key (%s)".formatted(source(size), Orders.KEY));
      Sql.execute(connection, "vacuum analyze " + source(size));
    }
    return new Tables(connection);
  }

  /** The same server, waited for long enough for statements over whole tables. */
  static ConnectionSpec patient(ConnectionSpec server) {
    return server.withTimeouts(server.timeouts().withStall(STATEMENT_LIMIT));
  }

  static String source(long rows) {
    return SCHEMA + ".source_" + rows;
  }

  static String target(Mode mode) {
    return SCHEMA + ".target_" + mode;
  }

  /** Leaves the target as every run finds it, and nothing for the server to catch up on. */
  void reset(Mode mode, long rows, boolean mapped) throws SQLException {
    String target = target(mode);
    Sql.execute(connection, "truncate " + target);
    if (mode == Mode.UPSERT) {
      String stale =
          Orders.columns().stream()
              .map(column -> column.equals("account") ? "-1" : column)
              .collect(joining(", "));
      Sql.execute(
          connection,
          "insert into %s select %s from (%s) r where id %% 10 = 0"
              .formatted(target, stale, Orders.expected(source(rows), mapped)));
      Sql.execute(connection, "vacuum analyze " + target);
    }
    Sql.execute(connection, "checkpoint");
  }

  /**
   * Compares the target with what it has to hold.
   *
   * @throws IllegalStateException if they differ
   */
  void verify(Mode mode, long rows, boolean mapped) throws SQLException {
    String wanted = Orders.expected(source(rows), mapped);
    Checksum should = expected.get(wanted);
    if (should == null) {
      should = Checksum.of(connection, wanted);
      expected.put(wanted, should);
    }
    Checksum is = Checksum.of(connection, Orders.expected(target(mode), false));
    if (!is.equals(should)) {
      throw new IllegalStateException(
          "Cannot trust the copy: %s has %,d rows with checksum %s, expected were %,d with %s"
              .formatted(target(mode), is.rows(), is.sum(), should.rows(), should.sum()));
    }
  }

  /** The value of a parameter such as {@code fsync}. */
  String setting(String parameter) throws SQLException {
    return Sql.text(connection, "SHOW " + parameter);
  }

  @Override
  public void close() throws SQLException {
    try (connection) {
      Sql.execute(connection, "drop schema " + SCHEMA + " cascade");
    }
  }
}
