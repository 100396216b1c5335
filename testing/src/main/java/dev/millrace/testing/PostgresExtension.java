// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
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
public final class PostgresExtension extends TestDatabase
    implements BeforeAllCallback, AfterAllCallback {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private String database = "test_" + DATABASES.incrementAndGet();
  private @Nullable LocalPostgres server;

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

  @Override
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
