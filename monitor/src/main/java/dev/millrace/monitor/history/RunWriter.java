// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Totals;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes runs into the tables of a history. Each call is within a transaction of its caller's. */
final class RunWriter {

  private final Connection connection;

  RunWriter(Connection connection) {
    this.connection = connection;
  }

  void begin(RunStart start) throws SQLException {
    update(
        """
        INSERT INTO run (id, command, pipeline, runner, configuration_hash, code, host, pid,
            started, seen, status, stalled)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', false)
        """,
        start.id(),
        start.command(),
        start.pipeline(),
        start.runner(),
        start.configurationHash(),
        start.code(),
        start.machine().host(),
        start.pid(),
        start.started().toEpochMilli(),
        start.started().toEpochMilli());
    update(
        "INSERT INTO detail (run, start) VALUES (?, ?)", start.id(), Packed.of(Json.write(start)));
  }

  /** Forgets all runs but the latest. */
  void forgetBut(int latest) throws SQLException {
    update(
        "DELETE FROM run WHERE id <= (SELECT id FROM run ORDER BY id DESC LIMIT 1 OFFSET ?)",
        latest);
  }

  void stands(String id, Snapshot snapshot, Series series, List<Event> events) throws SQLException {
    update(
        """
        UPDATE run SET seen = ?, stalled = ?, rows_read = ?, rows_written = ?, rows_rejected = ?,
            bytes = ?, seconds = ?
        WHERE id = ?
        """,
        snapshot.time().toEpochMilli(),
        snapshot.stalled(),
        total(snapshot, "rows_read"),
        total(snapshot, "rows_written"),
        total(snapshot, "rows_rejected"),
        total(snapshot, "bytes"),
        snapshot.seconds(),
        id);
    update(
        "UPDATE detail SET snapshot = ?, series = ? WHERE run = ?",
        Packed.of(Json.write(snapshot)),
        Packed.of(Json.write(series)),
        id);
    for (Event event : events) {
      update(
          """
          INSERT INTO event (run, number, time, kind, text)
          SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ? FROM event WHERE run = ?
          """,
          id,
          event.time().toEpochMilli(),
          event.kind(),
          event.text(),
          id);
    }
    if (!events.isEmpty()) {
      update(
          """
          DELETE FROM event
          WHERE run = ? AND number <= (SELECT max(number) FROM event WHERE run = ?) - ?
          """,
          id,
          id,
          History.MOST_EVENTS);
    }
    fires(id, snapshot);
  }

  /** What fires now; what fired before and does so no longer was resolved in between. */
  private void fires(String id, Snapshot snapshot) throws SQLException {
    resolve(id, snapshot.time());
    for (Snapshot.Alert alert : snapshot.alerts()) {
      update(
          """
          INSERT INTO alert (run, name, fired, severity, sentence) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (run, fired, name) DO UPDATE
          SET resolved = NULL, severity = excluded.severity, sentence = excluded.sentence
          """,
          id,
          alert.name(),
          alert.since().toEpochMilli(),
          alert.severity(),
          alert.sentence());
    }
    if (!snapshot.alerts().isEmpty()) {
      update(
          """
          DELETE FROM alert
          WHERE run = ? AND resolved IS NOT NULL AND fired <= (
            SELECT fired FROM alert WHERE run = ? ORDER BY fired DESC LIMIT 1 OFFSET ?)
          """,
          id,
          id,
          History.MOST_ALERTS);
    }
  }

  private void resolve(String id, Instant time) throws SQLException {
    update(
        "UPDATE alert SET resolved = ? WHERE run = ? AND resolved IS NULL",
        time.toEpochMilli(),
        id);
  }

  private static @Nullable Long total(Snapshot snapshot, String name) {
    Double total = snapshot.totals().get(name);
    return total == null ? null : Math.round(total);
  }

  /** What it had counted when it failed is kept: its end does not know. */
  void ended(String id, RunEnd end) throws SQLException {
    Totals totals = end.totals();
    update(
        """
        UPDATE run SET seen = ?, stalled = false, ended = ?, status = ?, exit_code = ?, error = ?,
            rows_read = coalesce(?, rows_read), rows_written = coalesce(?, rows_written),
            rows_rejected = coalesce(?, rows_rejected), bytes = coalesce(?, bytes),
            seconds = coalesce(?, seconds), cpu_seconds = ?, peak_rss_bytes = ?
        WHERE id = ?
        """,
        end.ended().toEpochMilli(),
        end.ended().toEpochMilli(),
        end.status().label(),
        end.exitCode(),
        end.error(),
        totals.rowsRead(),
        totals.rowsWritten(),
        totals.rowsRejected(),
        totals.bytes(),
        totals.seconds(),
        totals.cpuSeconds(),
        totals.peakRssBytes(),
        id);
    update("UPDATE detail SET summary = ? WHERE run = ?", Packed.of(end.summary()), id);
    resolve(id, end.ended());
  }

  private void update(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
