// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Gives a test class an empty database on a real PostgreSQL server.
 *
 * <pre>{@code
 * @RegisterExtension static final PostgresExtension postgres = new PostgresExtension();
 * }</pre>
 *
 * <p>The field is static. All classes of a JVM share one server; each extension has a database of
 * its own, so two fields are two databases. It is dropped, with whoever is still connected, after
 * the last test of the class.
 */
public final class PostgresExtension implements BeforeAllCallback, AfterAllCallback {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private String database = "test_" + DATABASES.incrementAndGet();
  private @Nullable LocalPostgres server;

  /** Turns the row a result set stands on into a value. */
  @FunctionalInterface
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws SQLException {
    server =
        context
            .getRoot()
            .getStore(Namespace.create(PostgresExtension.class))
            .getOrComputeIfAbsent(LocalPostgres.class, type -> start(), LocalPostgres.class);
    onServer("create database " + database);
  }

  @Override
  public void afterAll(ExtensionContext context) throws SQLException {
    onServer("drop database " + database + " with (force)");
  }

  /** The address of the class's database, user included; no password is asked for. */
  public String jdbcUrl() {
    return server().jdbcUrl(database);
  }

  /** The server that all test classes of this JVM share. */
  public LocalPostgres server() {
    if (server == null) {
      throw new IllegalStateException(
          "Cannot use the database: a PostgresExtension must be a static field with"
              + " @RegisterExtension");
    }
    return server;
  }

  /**
   * Puts an empty database in the place of this one, under another name. For tests whose pipelines
   * fail: threads of the direct runner outlive their pipeline, and would write into the next test's
   * tables or lock them.
   */
  public void renew() throws SQLException {
    String before = database;
    database = "test_" + DATABASES.incrementAndGet();
    onServer("create database " + database);
    onServer("drop database " + before + " with (force)");
  }

  /** A new connection, in auto-commit mode, that the caller closes. */
  public Connection connection() throws SQLException {
    return DriverManager.getConnection(jdbcUrl());
  }

  /** Runs statements in order, each committed on its own. */
  public void execute(String... sql) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  /** All rows of a query. */
  public <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<T> result = new ArrayList<>();
      while (rows.next()) {
        result.add(reader.read(rows));
      }
      return result;
    }
  }

  /** All rows of some tables, each as its table's name and its values as JSON, in one order. */
  public List<String> contents(List<String> tables) throws SQLException {
    String all =
        tables.stream()
            .map(table -> "SELECT '%s' || row_to_json(t)::text FROM %<s AS t".formatted(table))
            .collect(Collectors.joining(" UNION ALL "));
    return query(
        "SELECT * FROM (%s) AS x (line) ORDER BY line COLLATE \"C\"".formatted(all),
        row -> row.getString(1));
  }

  /**
   * Returns, on a connection of whoever holds a lock of this server, when somebody has waited for
   * any lock for so many seconds, or after a minute.
   */
  public static void awaitLockWait(Connection holder, int seconds) throws SQLException {
    try (Statement statement = holder.createStatement()) {
      statement.execute(
          """
          DO 'BEGIN
            WHILE NOT EXISTS (SELECT FROM pg_locks
                WHERE NOT granted AND waitstart < clock_timestamp() - interval ''%d s'')
                AND clock_timestamp() < statement_timestamp() + interval ''1 min'' LOOP
              PERFORM pg_sleep(0.1);
            END LOOP;
          END'"""
              .formatted(seconds));
    }
  }

  /**
   * The one value of a query with one row, of a type that the driver can make of the first column.
   *
   * @throws IllegalStateException if there is no row, or more than one, or it is NULL
   */
  public <T> T value(String sql, Class<T> type) throws SQLException {
    List<@Nullable T> values = query(sql, row -> row.getObject(1, type));
    T value = values.size() == 1 ? values.get(0) : null;
    if (value == null) {
      throw new IllegalStateException("Cannot take one value of " + values + ": " + sql);
    }
    return value;
  }

  /** How many rows are in the result of only one of two queries, each as often as it is there. */
  public long differences(String one, String other) throws SQLException {
    String query =
        "SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) AS d";
    return value(query.formatted(one, other), Long.class);
  }

  private static LocalPostgres start() {
    try {
      return LocalPostgres.start(LocalPostgres.Settings.fast());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void onServer(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server().jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
