// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a test does to its database itself. */
public abstract sealed class TestDatabase permits PostgresExtension, SmallDiskServer {

  /** Turns the row a result set stands on into a value. */
  @FunctionalInterface
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** The address of the database, user included; no password is asked for. */
  public abstract String jdbcUrl();

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
}
