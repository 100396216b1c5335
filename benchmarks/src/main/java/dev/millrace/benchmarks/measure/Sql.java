// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Statements of a benchmark itself, and queries that find one value. */
public final class Sql {

  private Sql() {}

  /** Executes statements, one after the other, over a connection for them. */
  public static void execute(ConnectionSpec server, String... statements) throws SQLException {
    try (Connection connection = server.connect("bench")) {
      execute(connection, statements);
    }
  }

  /** Executes statements, one after the other. */
  public static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** The only number that a query finds, asked over a connection for it. */
  public static long number(ConnectionSpec server, String query) throws SQLException {
    try (Connection connection = server.connect("bench")) {
      return number(connection, query);
    }
  }

  /** The only number that a query finds. */
  public static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** The only text that a query finds. */
  public static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  /** The only text that a query finds, asked over a connection for it. */
  public static String text(ConnectionSpec server, String query) throws SQLException {
    try (Connection connection = server.connect("bench")) {
      return text(connection, query);
    }
  }
}
