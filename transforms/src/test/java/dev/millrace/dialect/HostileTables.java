// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.testing.CanaryServer;
import dev.millrace.testing.HostileNames;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tables whose names, and those of all their columns, are hostile: 50,000 names in all. A table has
 * one row, in which each column says its own name.
 */
public final class HostileTables {

  public static final int NAMES = 50_000;

  /** So many tables have the worst names; in the profile {@code chaos} all are looked at so. */
  public static final int SOME = Boolean.getBoolean("millrace.chaos") ? NAMES : 5;

  private static final int NAMES_OF_A_TABLE = 200;
  private static final long SEED = 20261121;

  private HostileTables() {}

  /** What is done with a table. */
  @FunctionalInterface
  public interface Visitor {
    void visit(Connection connection, TableName name, List<String> columns) throws SQLException;
  }

  /**
   * Creates tables, each in a transaction that is rolled back after the visit.
   *
   * @param most how many tables at most
   * @return how many statements the server was told
   * @throws AssertionError when one of them spoke of the canary
   */
  public static long visit(int most, Visitor visitor)
      throws SQLException, IOException, InterruptedException {
    List<String> names = HostileNames.of(SEED, NAMES);
    try (CanaryServer server = CanaryServer.start()) {
      try (Connection connection = DriverManager.getConnection(server.jdbcUrl())) {
        connection.setAutoCommit(false);
        for (int i = 0; i < Math.min(most, names.size() / NAMES_OF_A_TABLE); i++) {
          int from = i * NAMES_OF_A_TABLE;
          List<String> some = names.subList(from, from + NAMES_OF_A_TABLE);
          TableName name = new TableName("hostile", some.get(0));
          List<String> columns = some.subList(1, some.size());
          create(connection, name, columns);
          visitor.visit(connection, name, columns);
          connection.rollback();
        }
      }
      return server.requireUntouched();
    }
  }

  /** By means that are not Millrace's, whose quoting is what is in question. */
  private static void create(Connection connection, TableName name, List<String> columns)
      throws SQLException {
    String table = "hostile." + quoted(name.name());
    String typed =
        columns.stream()
            .map(column -> quoted(column) + " text NOT NULL")
            .collect(Collectors.joining(", "));
    String values =
        columns.stream()
            .map(column -> "'" + column.replace("'", "''") + "'")
            .collect(Collectors.joining(", "));
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("CREATE SCHEMA hostile");
      statement.execute("CREATE TABLE " + table + " (" + typed + ")");
      statement.execute(
          "CREATE UNIQUE INDEX ON "
              + table
              + " ("
              + quoted(columns.get(0))
              + ", "
              + quoted(columns.get(1))
              + ")");
      statement.execute("INSERT INTO " + table + " VALUES (" + values + ")");
    }
  }

  private static String quoted(String name) {
    return "\"" + String.join("\"\"", name.split("\"", -1)) + "\"";
  }
}
