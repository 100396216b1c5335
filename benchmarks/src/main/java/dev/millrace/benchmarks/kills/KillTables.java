// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A source of rows that carry a number of their own and the SHA-256 of it, and a target without any
 * key, which takes whatever is written to it.
 */
final class KillTables {

  static final String SOURCE = "kill_source";
  static final String TARGET = "kill_target";

  private static final String COLUMNS = "(id bigint%s, sequence bigint, hash text, filler text)";

  private static final String LOST =
      "SELECT count(*) FROM kill_source s WHERE NOT EXISTS"
          + " (SELECT FROM kill_target t WHERE t.id = s.id)";
  private static final String DUPLICATED =
      "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM kill_target GROUP BY id) AS c";
  private static final String DIFFERENT =
      "SELECT count(*) FROM kill_source s JOIN kill_target t USING (id)"
          + " WHERE (s.sequence, s.hash, s.filler) IS DISTINCT FROM (t.sequence, t.hash, t.filler)"
          + " OR t.hash <> encode(sha256(t.sequence::text::bytea), 'hex')";
  private static final String PHANTOM =
      "SELECT count(*) FROM kill_target t WHERE NOT EXISTS"
          + " (SELECT FROM kill_source s WHERE s.id = t.id)";

  private static final String LEDGER_EXISTS =
      "SELECT (to_regclass('millrace.split') IS NOT NULL)::int";
  private static final String ENTERED = "SELECT coalesce(sum(rows), 0) FROM millrace.split";

  private final ConnectionSpec server;

  private KillTables(ConnectionSpec server) {
    this.server = server;
  }

  static KillTables create(ConnectionSpec server, long rows) throws SQLException {
    KillTables tables = new KillTables(server);
    Sql.execute(
        server,
        "CREATE TABLE " + SOURCE + COLUMNS.formatted(" PRIMARY KEY"),
        "INSERT INTO "
            + SOURCE
            // Keys with gaps, so that a number is not a position.
            + " SELECT i * 7, i, encode(sha256(i::text::bytea), 'hex'), repeat('x', (i % 90)::int)"
            + " FROM generate_series(1::bigint, "
            + rows
            + ") i",
        "VACUUM ANALYZE " + SOURCE,
        "CREATE TABLE " + TARGET + COLUMNS.formatted(""));
    return tables;
  }

  /** Makes each statement that writes wait, so that a copy of few rows can be struck anywhere. */
  void slowDown(Duration wait) throws SQLException {
    Sql.execute(
        server,
        "CREATE OR REPLACE FUNCTION kill_wait() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM pg_sleep(%d * 0.001); RETURN NULL; END $$"
                .formatted(wait.toMillis()),
        "CREATE OR REPLACE TRIGGER kill_wait AFTER INSERT ON "
            + TARGET
            + " FOR EACH STATEMENT EXECUTE FUNCTION kill_wait()");
  }

  /** Empties the target and forgets all jobs. */
  void reset() throws SQLException {
    Sql.execute(server, "DROP SCHEMA IF EXISTS millrace CASCADE", "TRUNCATE " + TARGET);
  }

  /** Rows committed so far. */
  long committed() throws SQLException {
    return Sql.number(server, "SELECT count(*) FROM " + TARGET);
  }

  /** Rows that the ledger says are committed, which costs less to ask. */
  long entered(Connection connection) throws SQLException {
    return Sql.number(connection, LEDGER_EXISTS) == 0 ? 0 : Sql.number(connection, ENTERED);
  }

  Connection connect() throws SQLException {
    return server.connect("kills");
  }

  Verdict verdict() throws SQLException {
    return new Verdict(
        Sql.number(server, LOST),
        Sql.number(server, DUPLICATED),
        Sql.number(server, DIFFERENT),
        Sql.number(server, PHANTOM));
  }
}
