// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.ledger.UnitRecord.Figures;
import dev.millrace.ledger.UnitRecord.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The units of a job, each a stage for one part, and what became of them, in {@code millrace.unit}
 * of the target. One run at a time has a job; it frees itself when the run is killed, and its units
 * that were being done are to be done again.
 *
 * <p>Safe for use by several threads. Each call takes a connection for itself, so that a server
 * that was restarted costs no more than the calls meanwhile.
 */
public final class UnitLedger implements AutoCloseable {

  private static final String COLUMNS =
      "stage, part, state, attempts, reason, run, begun_at, ended_at, rows_read, rows_written,"
          + " rows_rejected, seconds";

  private static final String PLAN =
      """
      INSERT INTO millrace.unit AS u (job, stage, part, state, run) VALUES (?, ?, ?, 'planned', ?)
      ON CONFLICT (job, stage, part) DO UPDATE SET state = 'planned', run = excluded.run,
        attempts = CASE WHEN u.state IN ('done', 'skipped') THEN 0 ELSE u.attempts END,
        reason = CASE WHEN u.state = 'running' THEN 'run ' || u.run || ' died' ELSE '' END
      """;

  private static final String BEGIN =
      """
      UPDATE millrace.unit SET state = 'running', run = ?, attempts = attempts + 1, reason = '',
        begun_at = clock_timestamp(), ended_at = NULL
      WHERE job = ? AND stage = ? AND part = ?
      RETURNING attempts
      """;

  private static final String END =
      """
      UPDATE millrace.unit SET state = ?, run = ?, reason = ?, ended_at = clock_timestamp()
      WHERE job = ? AND stage = ? AND part = ?
      """;

  private static final String DONE =
      """
      UPDATE millrace.unit SET state = 'done', run = ?, reason = '', ended_at = clock_timestamp(),
        rows_read = ?, rows_written = ?, rows_rejected = ?, seconds = ?
      WHERE job = ? AND stage = ? AND part = ?
      """;

  private final ConnectionSpec target;
  private final String job;
  private final String run;
  private JobHold hold;

  private UnitLedger(ConnectionSpec target, String job, String run, JobHold hold) {
    this.target = target;
    this.job = job;
    this.run = run;
    this.hold = hold;
  }

  /**
   * Takes hold of a job, which need not exist yet.
   *
   * @param run that does it
   * @throws JobActiveException if another run has it
   * @throws SQLException if the server does not answer or refuses
   */
  public static UnitLedger open(ConnectionSpec target, String job, String run) throws SQLException {
    return new UnitLedger(target, job, run, JobHold.open(target, job));
  }

  /**
   * All units of a job that were ever planned, by stage and part; none if there is no such job.
   * Needs no hold of it.
   *
   * @throws SQLException if the server does not answer or refuses
   */
  public static List<UnitRecord> list(ConnectionSpec target, String job) throws SQLException {
    List<UnitRecord> units = new ArrayList<>();
    try (Connection connection = target.connect("units")) {
      if (!LedgerTables.exist(connection)) {
        return units;
      }
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT %s FROM millrace.unit WHERE job = ? ORDER BY stage, part"
                  .formatted(COLUMNS))) {
        select.setString(1, job);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            units.add(read(row));
          }
        }
      }
    }
    return units;
  }

  /**
   * A unit is to be done. Of one that a run died over, its reason says so.
   *
   * @throws SQLException if the server does not answer or refuses
   */
  public void plan(String stage, List<String> parts) throws SQLException {
    try (Connection connection = target.connect("units");
        PreparedStatement insert = connection.prepareStatement(PLAN)) {
      connection.setAutoCommit(false);
      for (String part : parts) {
        insert.setString(1, job);
        insert.setString(2, stage);
        insert.setString(3, part);
        insert.setString(4, run);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    }
  }

  /**
   * A unit that was planned is begun.
   *
   * @return the attempt, 1 or more
   * @throws JobActiveException if the server was started anew, and another run took the job
   * @throws SQLException if the server does not answer or refuses
   */
  public int begin(String stage, String part) throws SQLException {
    holdOn();
    try (Connection connection = target.connect("units");
        PreparedStatement update = connection.prepareStatement(BEGIN)) {
      set(update, run, job, stage, part);
      try (ResultSet row = update.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException(
              "Cannot begin %s %s: it was not planned".formatted(stage, part));
        }
        return row.getInt(1);
      }
    }
  }

  /**
   * A unit is done.
   *
   * @throws SQLException if the server does not answer or refuses
   */
  public void done(String stage, String part, Figures figures) throws SQLException {
    change(
        DONE,
        run,
        figures.read(),
        figures.written(),
        figures.rejected(),
        figures.seconds(),
        job,
        stage,
        part);
  }

  /**
   * A unit has come to another end, or was put off.
   *
   * @param reason why it failed, or was put off; empty otherwise
   * @throws SQLException if the server does not answer or refuses
   */
  public void end(String stage, String part, State state, String reason) throws SQLException {
    change(END, state.toString(), run, reason, job, stage, part);
  }

  private void change(String sql, Object... values) throws SQLException {
    try (Connection connection = target.connect("units");
        PreparedStatement update = connection.prepareStatement(sql)) {
      set(update, values);
      update.executeUpdate();
    }
  }

  private static void set(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  private static UnitRecord read(ResultSet row) throws SQLException {
    return new UnitRecord(
        row.getString("stage"),
        row.getString("part"),
        State.parse(row.getString("state")),
        row.getInt("attempts"),
        row.getString("reason"),
        row.getString("run"),
        instant(row, "begun_at"),
        instant(row, "ended_at"),
        new Figures(
            row.getLong("rows_read"),
            row.getLong("rows_written"),
            row.getLong("rows_rejected"),
            row.getDouble("seconds")));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }

  /** Takes hold again, unless somebody else has, after the server forgot who did. */
  private synchronized void holdOn() throws SQLException {
    if (!hold.isThere()) {
      hold.close();
      hold = JobHold.open(target, job);
    }
  }

  /** Lets go of the job. */
  @Override
  public synchronized void close() throws SQLException {
    hold.close();
  }
}
