// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pulse;
import dev.millrace.dialect.CanonicalText;
import dev.millrace.dialect.RowDigest;
import dev.millrace.dialect.Sql;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The tables of a database as they are at one moment, to take fingerprints of. Each is one scan by
 * the server, without a limit of time as long as the server is there. Not thread-safe.
 */
public final class TableSnapshot implements AutoCloseable {

  private static final String BEGIN =
      """
      SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
      SET LOCAL statement_timeout = 0;
      SET LOCAL tcp_keepalives_idle = 60;
      SET LOCAL jit = off
      """;

  // The arm without rows keeps the planner from making the text of a row once for each half.
  private static final String QUERY =
      """
      SELECT r.part, count(*), sum(%s), sum(%s)
      FROM (SELECT coalesce(%s, '') AS part, ROW(%s)::text AS line FROM %s
            UNION ALL SELECT NULL, NULL WHERE false) AS r
      GROUP BY r.part
      """;

  private static final String VERSIONS =
      "SELECT count(*), coalesce(sum(hashtidextended(t.ctid, t.xmin::text::bigint)), 0) FROM ";

  private final Connection connection;
  private final Pulse pulse;

  private TableSnapshot(Connection connection, Pulse pulse) {
    this.connection = connection;
    this.pulse = pulse;
  }

  /** Takes a snapshot, and a connection until it is closed. */
  public static TableSnapshot of(ConnectionSpec database) throws SQLException {
    Connection connection = database.connect("fingerprints");
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(BEGIN);
      CanonicalText.settle(connection);
      return new TableSnapshot(connection, Pulse.over(database, connection));
    } catch (SQLException | RuntimeException failure) {
      connection.close();
      throw failure;
    }
  }

  /**
   * The fingerprint of each part of a table that has rows.
   *
   * @param columns those that count
   * @param from what stands in a {@code FROM}, with the table as {@code t}
   * @param part the part of a row: an expression of type text, whose NULL is the empty text
   */
  public SortedMap<String, Fingerprint> byPart(List<String> columns, String from, String part)
      throws SQLException {
    String values =
        columns.stream()
            .map(column -> "t." + Sql.identifier(column))
            .collect(Collectors.joining(", "));
    List<String> halves = RowDigest.HASH.halves(RowDigest.HASH.prepared("r.line"));
    String query = QUERY.formatted(halves.get(0), halves.get(1), part, values, from);
    SortedMap<String, Fingerprint> parts = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet each = statement.executeQuery(query)) {
      while (each.next()) {
        parts.put(
            each.getString(1),
            Fingerprint.of(
                each.getLong(2),
                new BigInteger(each.getString(3)),
                new BigInteger(each.getString(4))));
      }
    }
    return parts;
  }

  /**
   * The fingerprint of the versions of rows, not of what is in them: another as soon as a row is
   * written, by the same values, too, or moved by {@code VACUUM FULL} or a restore. It takes a
   * fraction of the time of {@link #whole}.
   *
   * @param from what stands in a {@code FROM}, with the table as {@code t}
   */
  public Fingerprint versions(String from) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet all = statement.executeQuery(VERSIONS + from)) {
      all.next();
      return Fingerprint.of(all.getLong(1), new BigInteger(all.getString(2)), BigInteger.ZERO);
    }
  }

  /** The fingerprint of all rows. */
  public Fingerprint whole(List<String> columns, String from) throws SQLException {
    return byPart(columns, from, "''").getOrDefault("", Fingerprint.EMPTY);
  }

  @Override
  public void close() throws SQLException {
    try (connection) {
      pulse.close();
      connection.rollback();
    }
  }
}
