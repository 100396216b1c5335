// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.faults;

import dev.millrace.benchmarks.kills.Verdict;
import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.local.LocalPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A table to copy, and its target, in which each statement takes a while and locks. */
record FaultTables(LocalPostgres server) {

  static final int ROWS = 6_000;

  /** What a writer locks first, and second. */
  static final int FIRST_LOCK = 1;

  static final int SECOND_LOCK = 2;

  /**
   * So that a fault finds the copy at work. That each writer locks twice, in one order, harms
   * nobody who keeps to that order.
   */
  private static final String WAIT =
      """
      CREATE OR REPLACE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(%d);
        PERFORM pg_sleep(0.05);
        PERFORM pg_advisory_xact_lock(%d);
        RETURN NULL;
      END $$"""
          .formatted(FIRST_LOCK, SECOND_LOCK);

  /** Fills the source and empties the target; all rows of the source are wanted. */
  void create() throws SQLException {
    execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP VIEW IF EXISTS wanted",
        "DROP TABLE IF EXISTS s, t",
        "CREATE TABLE s (id bigint PRIMARY KEY, name text NOT NULL)",
        "INSERT INTO s SELECT i, repeat('name ' || i, 5) FROM generate_series(1, " + ROWS + ") i",
        "CREATE TABLE t (id bigint, name text)",
        "CREATE VIEW wanted AS TABLE s",
        WAIT,
        "CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION wait()");
  }

  /** Compares the target with what is wanted, by {@code EXCEPT ALL} both ways. */
  Verdict verdict() throws SQLException {
    Verdict verdict =
        new Verdict(
            number(
                "SELECT count(*) FROM wanted w WHERE NOT EXISTS (SELECT FROM t WHERE id = w.id)"),
            number("SELECT count(*) - count(DISTINCT id) FROM t"),
            number("SELECT count(*) FROM t JOIN wanted w USING (id) WHERE t.name <> w.name"),
            number(
                "SELECT count(*) FROM t WHERE NOT EXISTS (SELECT FROM wanted w WHERE id = t.id)"));
    long wrong =
        number(
            "SELECT count(*) FROM ((TABLE wanted EXCEPT ALL TABLE t)"
                + " UNION ALL (TABLE t EXCEPT ALL TABLE wanted)) d");
    if (verdict.isClean() != (wrong == 0)) {
      throw new IllegalStateException("Cannot trust the verdict: " + verdict + ", but " + wrong);
    }
    return verdict;
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl());
  }

  void execute(String... sql) throws SQLException {
    try (Connection connection = connect()) {
      Sql.execute(connection, sql);
    }
  }

  long number(String sql) throws SQLException {
    try (Connection connection = connect()) {
      return Sql.number(connection, sql);
    }
  }

  /** Ends the connections of applications whose names match, and waits until they are gone. */
  void terminate(String applications) throws SQLException {
    execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name ~ '"
            + applications
            + "'");
  }
}
