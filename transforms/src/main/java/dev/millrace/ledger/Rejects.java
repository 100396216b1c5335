// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Fault;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TextInsert;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows that the tables of a database refused: to look at, to write again, to drop. */
public final class Rejects {

  /** Rows that are written again in one transaction. */
  private static final int BATCH = 1000;

  private static final String COLUMNS =
      "id, target, job, run, replaced_by, newer, row_key::text AS row_key,"
          + " payload::text AS payload, redacted, sqlstate, message, attempts, first_at, last_at";

  private final ConnectionSpec spec;
  private final Filter filter;

  /**
   * Which rows.
   *
   * @param into of this table; empty for all
   * @param run of this run; empty for all
   * @param job of this job; empty for all
   * @param ids these only; empty for all
   */
  public record Filter(String into, String run, String job, List<Long> ids) {
    public Filter {
      ids = List.copyOf(ids);
    }
  }

  /**
   * Rows of one table that were refused for one reason.
   *
   * @param firstId the least of their numbers
   * @param message of the latest of them
   */
  public record Group(
      String target, String sqlstate, String message, long rows, long firstId, Instant lastAt) {}

  /**
   * A row that was refused.
   *
   * @param id its number
   * @param target the table, as in SQL
   * @param replacedBy columns by which it would have replaced another; empty to append
   * @param newer a column that keeps it from replacing a newer one; empty for none
   * @param key what tells it apart, as JSON; null when not known
   * @param payload its values as texts by column, as JSON
   * @param redacted columns whose values were not kept
   * @param attempts how often it was refused
   */
  public record Row(
      long id,
      String target,
      String job,
      String run,
      List<String> replacedBy,
      String newer,
      @Nullable String key,
      String payload,
      List<String> redacted,
      String sqlstate,
      String message,
      int attempts,
      Instant firstAt,
      Instant lastAt) {}

  /**
   * What became of rows that were written again.
   *
   * @param replayed rows that are in their table now
   * @param refused rows that were refused once more
   * @param redacted rows that cannot be written, since values of them were not kept
   */
  public record Replayed(long replayed, long refused, long redacted) {}

  private Rejects(ConnectionSpec spec, Filter filter) {
    this.spec = spec;
    this.filter = filter;
  }

  /** The rows of a database that a filter lets pass. */
  public static Rejects of(ConnectionSpec spec, Filter filter) {
    return new Rejects(spec, filter);
  }

  /** By table and reason, the most rows first; none when the database has no rejects. */
  public List<Group> groups() throws SQLException {
    return query(
        """
        SELECT target, sqlstate, (array_agg(message ORDER BY id DESC))[1] AS message,
               count(*) AS rows, min(id) AS id, max(last_at) AS last_at
        FROM millrace.reject WHERE %s GROUP BY target, sqlstate ORDER BY count(*) DESC, target
        """,
        row ->
            new Group(
                row.getString("target"),
                row.getString("sqlstate"),
                row.getString("message"),
                row.getLong("rows"),
                row.getLong("id"),
                row.getTimestamp("last_at").toInstant()));
  }

  /** The first rows, by their numbers. */
  public List<Row> rows(int limit) throws SQLException {
    return query(
        "SELECT " + COLUMNS + " FROM millrace.reject WHERE %s ORDER BY id LIMIT " + limit,
        Rejects::row);
  }

  /** How many rows there are. */
  public long count() throws SQLException {
    List<Long> count =
        query("SELECT count(*) FROM millrace.reject WHERE %s", row -> row.getLong(1));
    return count.isEmpty() ? 0 : count.get(0);
  }

  /** Forgets the rows; returns how many they were. */
  public long drop() throws SQLException {
    return query("DELETE FROM millrace.reject WHERE %s RETURNING id", row -> 1).size();
  }

  /**
   * Writes rows into their tables as they would have been written at first. A row is taken from the
   * rejects in the transaction that writes it, so that it is written once, whoever does it how
   * often. What is refused once more stays, with the new reason.
   *
   * @throws IllegalArgumentException when a table does not exist any more or has other columns
   * @throws SQLException when the server does not answer, or refuses for another reason than a row
   */
  public Replayed replay() throws SQLException {
    Map<String, TextInsert> inserts = new HashMap<>();
    long replayed = 0;
    long refused = 0;
    long redacted = 0;
    long last = 0;
    try (Connection connection = spec.connect("replay of rejects")) {
      connection.setAutoCommit(false);
      while (true) {
        TextInsert.settle(connection);
        List<Row> rows =
            query(
                connection,
                "SELECT "
                    + COLUMNS
                    + " FROM millrace.reject WHERE %s AND id > "
                    + last
                    + " ORDER BY id LIMIT "
                    + BATCH
                    + " FOR UPDATE",
                Rejects::row);
        for (Row row : rows) {
          if (!row.redacted().isEmpty()) {
            redacted++;
          } else if (replay(connection, row, inserts)) {
            replayed++;
          } else {
            refused++;
          }
          last = row.id();
        }
        connection.commit();
        if (rows.size() < BATCH) {
          return new Replayed(replayed, refused, redacted);
        }
      }
    }
  }

  private static boolean replay(Connection connection, Row row, Map<String, TextInsert> inserts)
      throws SQLException {
    String like = row.target() + row.replacedBy() + row.newer();
    TextInsert insert = inserts.get(like);
    if (insert == null) {
      insert = insert(connection, row);
      inserts.put(like, insert);
    }
    Savepoint before = connection.setSavepoint();
    try {
      insert.write(connection, row.payload());
      Statements.update(connection, "DELETE FROM millrace.reject WHERE id = ?", row.id());
      connection.releaseSavepoint(before);
      return true;
    } catch (SQLException failure) {
      if (Fault.of(failure) != Fault.DATA) {
        throw failure;
      }
      connection.rollback(before);
      refused(connection, row, failure);
      return false;
    }
  }

  private static TextInsert insert(Connection connection, Row row) throws SQLException {
    Table table = Catalog.describe(connection, TableName.parse(row.target()));
    List<String> names = new ArrayList<>();
    try (PreparedStatement keys =
        connection.prepareStatement("SELECT jsonb_object_keys(?::jsonb)")) {
      keys.setString(1, row.payload());
      try (ResultSet name = keys.executeQuery()) {
        while (name.next()) {
          names.add(name.getString(1));
        }
      }
    }
    return new TextInsert(table, names, row.replacedBy(), row.newer());
  }

  private static void refused(Connection connection, Row row, SQLException failure)
      throws SQLException {
    Statements.update(
        connection,
        "UPDATE millrace.reject SET attempts = attempts + 1, sqlstate = ?, message = ?,"
            + " last_at = clock_timestamp() WHERE id = ?",
        failure.getSQLState(),
        failure.getMessage(),
        row.id());
  }

  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(String sql, Reader<T> reader) throws SQLException {
    try (Connection connection = spec.connect("rejects")) {
      return LedgerTables.exist(connection) ? query(connection, sql, reader) : List.of();
    }
  }

  private <T> List<T> query(Connection connection, String sql, Reader<T> reader)
      throws SQLException {
    List<String> conditions = new ArrayList<>(List.of("true"));
    List<Object> values = new ArrayList<>();
    if (!filter.into().isEmpty()) {
      conditions.add("target = ?");
      values.add(Catalog.describe(connection, TableName.parse(filter.into())).name().sql());
    }
    if (!filter.run().isEmpty()) {
      conditions.add("run = ?");
      values.add(filter.run());
    }
    if (!filter.job().isEmpty()) {
      conditions.add("job = ?");
      values.add(filter.job());
    }
    if (!filter.ids().isEmpty()) {
      conditions.add("id = ANY (?)");
      values.add(filter.ids().toArray(Long[]::new));
    }
    List<T> found = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(sql.formatted(String.join(" AND ", conditions)))) {
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i) instanceof Long[] ids) {
          statement.setArray(i + 1, connection.createArrayOf("int8", ids));
        } else {
          statement.setObject(i + 1, values.get(i));
        }
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(reader.read(row));
        }
      }
    }
    return found;
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getLong("id"),
        row.getString("target"),
        row.getString("job"),
        row.getString("run"),
        texts(row.getArray("replaced_by")),
        row.getString("newer"),
        row.getString("row_key"),
        row.getString("payload"),
        texts(row.getArray("redacted")),
        row.getString("sqlstate"),
        row.getString("message"),
        row.getInt("attempts"),
        row.getTimestamp("first_at").toInstant(),
        row.getTimestamp("last_at").toInstant());
  }

  private static List<String> texts(Array array) throws SQLException {
    return Arrays.asList((String[]) array.getArray());
  }
}
