// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The table of {@link TableResults}, in the schema {@code millrace} beside the ledger. */
final class ResultTable {

  /** The ledger's: two runs must not create the schema at once, which PostgreSQL does not like. */
  private static final long CREATION_LOCK = 0x6d696c6c72616365L;

  private static final String CREATE =
      """
      CREATE SCHEMA IF NOT EXISTS millrace;
      CREATE TABLE IF NOT EXISTS millrace.result (
        stage text NOT NULL,
        part text NOT NULL,
        key text NOT NULL,
        output text NOT NULL,
        rows bigint NOT NULL,
        seconds double precision NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (stage, part));
      COMMENT ON TABLE millrace.result IS
        'Millrace: parts of stages that are made again only when something changes';
      COMMENT ON COLUMN millrace.result.key IS 'hash of inputs, code and parameters';
      COMMENT ON COLUMN millrace.result.output IS 'count and checksum of the rows written';
      COMMENT ON COLUMN millrace.result.rows IS 'rows read to make it';
      COMMENT ON COLUMN millrace.result.tags IS 'the tables read and written among them';
      """;

  private ResultTable() {}

  static boolean exists(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT to_regclass('millrace.result') IS NOT NULL")) {
      found.next();
      return found.getBoolean(1);
    }
  }

  /**
   * Creates it where it is missing, within the connection's transaction.
   *
   * @throws SQLException when the role may not
   */
  static void create(Connection connection) throws SQLException {
    if (exists(connection)) {
      return;
    }
    String database = connection.getCatalog();
    String user = connection.getMetaData().getUserName();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
      statement.execute(CREATE);
    } catch (SQLException refused) {
      throw new SQLException(
          "Cannot keep results in database %s: %s; let its owner run: CREATE SCHEMA millrace AUTHORIZATION \"%s\""
              .formatted(database, refused.getMessage(), user),
          refused.getSQLState(),
          refused);
    }
  }
}
