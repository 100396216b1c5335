// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of the ledger, in the schema {@code millrace} of the target. */
final class LedgerTables {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Any number: two runs must not create the tables at once, which PostgreSQL does not like. */
  private static final long CREATION_LOCK = 0x6d696c6c72616365L;

  private static final String EXIST =
      "SELECT to_regclass('millrace.job') IS NOT NULL AND to_regclass('millrace.split') IS NOT NULL"
          + " AND to_regclass('millrace.window') IS NOT NULL"
          + " AND to_regclass('millrace.recount') IS NOT NULL"
          + " AND to_regclass('millrace.reject') IS NOT NULL"
          + " AND to_regclass('millrace.unit') IS NOT NULL";

  private static final String CREATE =
      """
      CREATE SCHEMA IF NOT EXISTS millrace;
      CREATE TABLE IF NOT EXISTS millrace.job (
        job text PRIMARY KEY,
        definition text NOT NULL,
        attempts int NOT NULL,
        run text NOT NULL,
        runner text NOT NULL,
        begun_at timestamptz NOT NULL,
        attempt_at timestamptz NOT NULL,
        done_at timestamptz,
        rows bigint NOT NULL DEFAULT 0);
      COMMENT ON TABLE millrace.job IS 'Millrace: the copies kept track of';
      COMMENT ON COLUMN millrace.job.run IS 'the run that made the latest attempt';
      COMMENT ON COLUMN millrace.job.rows IS 'rows written, known when done';
      CREATE TABLE IF NOT EXISTS millrace.split (
        job text NOT NULL REFERENCES millrace.job ON DELETE CASCADE,
        window_name text NOT NULL,
        split int NOT NULL,
        low text NOT NULL,
        high text NOT NULL,
        epoch bigint NOT NULL DEFAULT 0,
        covered text NOT NULL DEFAULT '[]',
        rows bigint NOT NULL DEFAULT 0,
        changed_at timestamptz,
        PRIMARY KEY (job, window_name, split)) WITH (fillfactor = 50);
      CREATE TABLE IF NOT EXISTS millrace.window (
        job text NOT NULL REFERENCES millrace.job ON DELETE CASCADE,
        number bigint NOT NULL,
        low text NOT NULL,
        high text NOT NULL,
        columns text NOT NULL,
        memory text NOT NULL,
        stop boolean NOT NULL DEFAULT false,
        stopped_at text,
        begun_at timestamptz NOT NULL,
        done_at timestamptz,
        rows bigint NOT NULL DEFAULT 0,
        bytes bigint NOT NULL DEFAULT 0,
        seconds double precision NOT NULL DEFAULT 0,
        PRIMARY KEY (job, number));
      CREATE TABLE IF NOT EXISTS millrace.recount (
        job text NOT NULL,
        number bigint NOT NULL,
        snapshot text NOT NULL,
        read text NOT NULL,
        top text NOT NULL,
        seen_at timestamptz NOT NULL,
        late bigint,
        behind bigint,
        late_seconds double precision,
        PRIMARY KEY (job, number),
        FOREIGN KEY (job, number) REFERENCES millrace.window ON DELETE CASCADE);
      COMMENT ON TABLE millrace.recount IS
        'Millrace: what the source showed when a window was read, and what came later';
      COMMENT ON COLUMN millrace.recount.read IS 'a value of the cursor below which all was read';
      COMMENT ON COLUMN millrace.recount.top IS 'the greatest value that could be seen';
      COMMENT ON COLUMN millrace.recount.late IS 'rows that came later, at or below top';
      COMMENT ON COLUMN millrace.recount.behind IS 'those of them below read';
      CREATE TABLE IF NOT EXISTS millrace.reject (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        target text NOT NULL,
        job text NOT NULL,
        run text NOT NULL,
        replaced_by text[] NOT NULL,
        newer text NOT NULL,
        row_key jsonb,
        payload jsonb NOT NULL,
        redacted text[] NOT NULL,
        sqlstate text NOT NULL,
        message text NOT NULL,
        attempts int NOT NULL DEFAULT 1,
        first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_at timestamptz NOT NULL DEFAULT clock_timestamp());
      CREATE INDEX IF NOT EXISTS reject_run ON millrace.reject (run);
      COMMENT ON TABLE millrace.reject IS 'Millrace: rows that a target refused';
      COMMENT ON COLUMN millrace.reject.replaced_by IS 'columns by which rows replace others';
      COMMENT ON COLUMN millrace.reject.newer IS 'a column that keeps older rows from doing so';
      COMMENT ON COLUMN millrace.reject.payload IS 'its values as texts, by column';
      COMMENT ON COLUMN millrace.reject.redacted IS 'columns whose values were not kept';
      CREATE TABLE IF NOT EXISTS millrace.unit (
        job text NOT NULL,
        stage text NOT NULL,
        part text NOT NULL,
        state text NOT NULL,
        attempts int NOT NULL DEFAULT 0,
        reason text NOT NULL DEFAULT '',
        run text NOT NULL,
        begun_at timestamptz,
        ended_at timestamptz,
        rows_read bigint NOT NULL DEFAULT 0,
        rows_written bigint NOT NULL DEFAULT 0,
        rows_rejected bigint NOT NULL DEFAULT 0,
        seconds double precision NOT NULL DEFAULT 0,
        PRIMARY KEY (job, stage, part));
      COMMENT ON TABLE millrace.unit IS
        'Millrace: stages and windows of a backfill, and what became of each';
      COMMENT ON COLUMN millrace.unit.state IS 'planned, running, done, failed or skipped';
      COMMENT ON COLUMN millrace.unit.attempts IS 'since it was done last';
      COMMENT ON COLUMN millrace.unit.reason IS 'why it failed, or was put off';
      COMMENT ON COLUMN millrace.unit.run IS 'the run that changed it last';
      COMMENT ON TABLE millrace.window IS
        'Millrace: the windows of a cursor, in which a copy found what was new';
      COMMENT ON COLUMN millrace.window.low IS 'exclusive, empty for the start';
      COMMENT ON COLUMN millrace.window.high IS 'inclusive, empty while it is followed';
      COMMENT ON COLUMN millrace.window.columns IS 'what is copied';
      COMMENT ON COLUMN millrace.window.memory IS 'what must be known to close the next one';
      COMMENT ON COLUMN millrace.window.stop IS 'whether who follows it is to end';
      COMMENT ON COLUMN millrace.window.stopped_at IS 'up to where it then read';
      COMMENT ON TABLE millrace.split IS
        'Millrace: what was committed of each part of a copy, changed with the data';
      COMMENT ON COLUMN millrace.split.low IS 'exclusive, empty for the start';
      COMMENT ON COLUMN millrace.split.high IS 'inclusive, empty for the end';
      COMMENT ON COLUMN millrace.split.covered IS 'intervals (low, high] that are in the target';
      """;

  private LedgerTables() {}

  /** Whether this database has a ledger. */
  static boolean exist(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(EXIST)) {
      found.next();
      return found.getBoolean(1);
    }
  }

  /**
   * Creates the tables where they are missing, within the connection's transaction.
   *
   * @throws SQLException when the role may not
   */
  static void create(Connection connection) throws SQLException {
    if (exist(connection)) {
      return;
    }
    String database = connection.getCatalog();
    String user = connection.getMetaData().getUserName();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
      statement.execute(CREATE);
    } catch (SQLException refused) {
      throw new SQLException(
          "Cannot keep a ledger in database "
              + database
              + ": "
              + refused.getMessage()
              + "; let its owner run: CREATE SCHEMA millrace AUTHORIZATION \""
              + user
              + "\"",
          refused.getSQLState(),
          refused);
    }
  }

  /** Of jobs that were done long ago only that they were is kept. */
  static void forgetOldSplits(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "DELETE FROM millrace.split s USING millrace.job j"
              + " WHERE j.job = s.job AND j.done_at < now() - interval '"
              + LedgerJob.KEPT.toDays()
              + " days'");
    }
  }

  /** Intervals as a JSON array of pairs of positions, null for an open end. */
  static String toJson(List<Interval> intervals) {
    @Nullable String[][][] pairs =
        intervals.stream()
            .map(each -> new String[][] {values(each.low()), values(each.high())})
            .toArray(String[][][]::new);
    try {
      return JSON.writeValueAsString(pairs);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot write intervals: " + intervals, impossible);
    }
  }

  private static String @Nullable [] values(@Nullable Position position) {
    return position == null ? null : position.elements();
  }

  /** Reads what {@link #toJson} wrote. */
  static List<Interval> fromJson(String json) {
    try {
      List<Interval> intervals = new ArrayList<>();
      for (String[] @Nullable [] pair : JSON.readValue(json, String[][][].class)) {
        intervals.add(new Interval(position(pair[0]), position(pair[1])));
      }
      return intervals;
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(
          "Invalid intervals in the ledger: " + json + " (must be pairs of positions)", malformed);
    }
  }

  private static @Nullable Position position(String @Nullable [] values) {
    return values == null ? null : Position.of(values);
  }

  /**
   * The state of a split from the columns {@code epoch, low, high, covered} of a result's row.
   *
   * @param order by which positions compare
   */
  static SplitState state(ResultSet row, KeyOrder order) throws SQLException {
    return new SplitState(
        row.getLong("epoch"),
        Interval.of(row.getString("low"), row.getString("high")),
        Coverage.of(order, fromJson(row.getString("covered"))));
  }
}
