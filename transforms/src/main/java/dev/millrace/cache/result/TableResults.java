// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import dev.millrace.connect.ConnectionSpec;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Remembers which parts of a stage's result stand in the tables of a database, and what they were
 * made of, so that the next run leaves out those that would come out the same. It keeps no data,
 * only a row for each part, in {@code millrace.result} of the same database.
 *
 * <p>A part is left out when all that decides it is as it was, and what is in the tables is what
 * was written: a row that was changed or deleted since is made again. A run that dies before it
 * told that it is done is forgotten, and its parts are made again.
 *
 * <p>Safe for use by several threads and processes. Each call takes a connection for itself.
 */
public final class TableResults {

  private static final String COLUMNS =
      "stage, part, key, output, rows, seconds, tags, made_at, used_at";

  private static final String KEEP =
      """
      INSERT INTO millrace.result (stage, part, key, output, rows, seconds, tags)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (stage, part) DO UPDATE SET key = excluded.key, output = excluded.output,
        rows = excluded.rows, seconds = excluded.seconds, tags = excluded.tags,
        made_at = excluded.made_at, used_at = excluded.used_at
      """;

  private final ConnectionSpec database;

  /** Takes the fingerprints of what is in the tables now, by part. */
  @FunctionalInterface
  public interface Outputs {
    Map<String, Fingerprint> measure() throws SQLException;
  }

  private TableResults(ConnectionSpec database) {
    this.database = database;
  }

  /** What is remembered in the database where the results are. */
  public static TableResults in(ConnectionSpec database) {
    return new TableResults(database);
  }

  /**
   * Creates the table where it is missing, so that a run that could not keep what it made is
   * refused before it begins.
   *
   * @throws SQLException when the role may not, or the database does not answer
   */
  public void prepare() throws SQLException {
    try (Connection connection = connect()) {
      ResultTable.create(connection);
      connection.commit();
    }
  }

  /**
   * The parts that need not be made again, and notes that they were used.
   *
   * @param keys what decides each part now, {@link ContentKey#hash}
   * @param outputs asked once, and only when a key is what it was; a part it does not name is empty
   */
  public SortedMap<String, TableResult> unchanged(
      String stage, Map<String, String> keys, Outputs outputs) throws SQLException {
    SortedMap<String, TableResult> same = new TreeMap<>();
    for (TableResult each : select("stage = ?", stage)) {
      if (each.key().equals(keys.get(each.part()))) {
        same.put(each.part(), each);
      }
    }
    if (same.isEmpty()) {
      return same;
    }
    Map<String, Fingerprint> now = outputs.measure();
    same.values()
        .removeIf(each -> !each.output().equals(now.getOrDefault(each.part(), Fingerprint.EMPTY)));
    use(stage, same.keySet());
    return same;
  }

  private void use(String stage, Collection<String> parts) throws SQLException {
    change(
        "UPDATE millrace.result SET used_at = clock_timestamp() WHERE stage = ? AND part = ANY (?)",
        stage,
        parts.toArray(String[]::new));
  }

  /**
   * Remembers parts that were made, in the place of what was known of them.
   *
   * @param tags by which they can be found, the tables read and written among them
   */
  public void keep(String stage, List<String> tags, Collection<TableResult.Made> made)
      throws SQLException {
    try (Connection connection = connect()) {
      ResultTable.create(connection);
      try (PreparedStatement insert = connection.prepareStatement(KEEP)) {
        Array tagArray = connection.createArrayOf("text", tags.toArray());
        // In one order, so that two runs wait for one another and not in a circle.
        for (TableResult.Made each :
            made.stream().sorted(Comparator.comparing(TableResult.Made::part)).toList()) {
          insert.setString(1, stage);
          insert.setString(2, each.part());
          insert.setString(3, each.key());
          insert.setString(4, each.output().toString());
          insert.setLong(5, each.rows());
          insert.setDouble(6, each.seconds());
          insert.setArray(7, tagArray);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      connection.commit();
    }
  }

  /** All that is remembered, by stage and part. */
  public List<TableResult> list() throws SQLException {
    return select("true");
  }

  /** Forgets all parts of a stage, which will be made again. Returns how many. */
  public int forgetStage(String stage) throws SQLException {
    return forget("stage = ?", stage);
  }

  /** Forgets a part of a stage. Returns how many, 0 or 1. */
  public int forgetPart(String stage, String part) throws SQLException {
    return forget("stage = ? AND part = ?", stage, part);
  }

  /**
   * Forgets what has a key that begins so. Returns how many.
   *
   * @throws IllegalArgumentException if the prefix is not of 1 to 64 hexadecimal digits
   */
  public int forgetKey(String prefix) throws SQLException {
    if (!prefix.matches("[0-9a-f]{1,64}")) {
      throw new IllegalArgumentException(
          "Invalid key: " + prefix + " (must be the beginning of one, of hexadecimal digits)");
    }
    return forget("starts_with(key, ?)", prefix);
  }

  /** Forgets what was read from or written to a table, {@code schema.name}. Returns how many. */
  public int forgetTable(String table) throws SQLException {
    return forgetTag(table);
  }

  /** Forgets what has a tag. Returns how many. */
  public int forgetTag(String tag) throws SQLException {
    return forget("? = ANY (tags)", tag);
  }

  /** Forgets what was made longer ago, by the clock of the database. Returns how many. */
  public int forgetOlderThan(Duration age) throws SQLException {
    return forget("made_at < clock_timestamp() - ? * interval '1 ms'", age.toMillis());
  }

  /** Forgets all. Returns how many. */
  public int forgetAll() throws SQLException {
    return forget("true");
  }

  private int forget(String where, Object... values) throws SQLException {
    return change("DELETE FROM millrace.result WHERE " + where, values);
  }

  private int change(String sql, Object... values) throws SQLException {
    try (Connection connection = connect()) {
      if (!ResultTable.exists(connection)) {
        return 0;
      }
      int changed;
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        set(statement, values);
        changed = statement.executeUpdate();
      }
      connection.commit();
      return changed;
    }
  }

  private List<TableResult> select(String where, Object... values) throws SQLException {
    List<TableResult> results = new ArrayList<>();
    try (Connection connection = connect()) {
      if (!ResultTable.exists(connection)) {
        return results;
      }
      try (PreparedStatement statement =
          connection.prepareStatement(
              "SELECT %s FROM millrace.result WHERE %s ORDER BY stage, part"
                  .formatted(COLUMNS, where))) {
        set(statement, values);
        try (ResultSet each = statement.executeQuery()) {
          while (each.next()) {
            results.add(read(each));
          }
        }
      }
    }
    return results;
  }

  private static void set(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof String[] texts) {
        statement.setArray(i + 1, statement.getConnection().createArrayOf("text", texts));
      } else {
        statement.setObject(i + 1, values[i]);
      }
    }
  }

  private static TableResult read(ResultSet row) throws SQLException {
    return new TableResult(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        Fingerprint.parse(row.getString(4)),
        row.getLong(5),
        row.getDouble(6),
        List.of((String[]) row.getArray(7).getArray()),
        instant(row, 8),
        instant(row, 9));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private Connection connect() throws SQLException {
    Connection connection = database.connect("results");
    connection.setAutoCommit(false);
    return connection;
  }
}
