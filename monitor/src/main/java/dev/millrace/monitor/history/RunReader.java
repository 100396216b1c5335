// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads runs from the tables of a history. */
final class RunReader {

  /** After that long without a word a run is lost, even if a process has its number. */
  private static final Duration SILENCE = Duration.ofMinutes(5);

  private final Connection connection;
  private final Clock clock;

  RunReader(Connection connection, Clock clock) {
    this.connection = connection;
    this.clock = clock;
  }

  List<RunLine> runs(RunFilter filter) throws SQLException {
    Status status = filter.status();
    // Who is lost is not known to the file: to it, he runs.
    String written =
        status == null ? null : status == Status.LOST ? Status.RUNNING.label() : status.label();
    StringBuilder sql = new StringBuilder("SELECT * FROM run WHERE true");
    List<Object> values = new ArrayList<>();
    add(sql, values, "command =", filter.command());
    add(sql, values, "pipeline =", filter.pipeline());
    add(sql, values, "configuration_hash =", filter.configurationHash());
    add(sql, values, "started >=", millis(filter.since()));
    add(sql, values, "id <", filter.before());
    add(sql, values, "status =", written);
    sql.append(" ORDER BY id DESC");
    List<RunLine> lines = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
      for (int i = 0; i < values.size(); i++) {
        query.setObject(i + 1, values.get(i));
      }
      try (ResultSet row = query.executeQuery()) {
        while (lines.size() < filter.most() && row.next()) {
          RunLine line = line(row);
          if (status == null || line.status() == status) {
            lines.add(line);
          }
        }
      }
    }
    return lines;
  }

  private static void add(
      StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
    if (value != null) {
      sql.append(" AND ").append(condition).append(" ?");
      values.add(value);
    }
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  Optional<RunDetail> run(String id) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT * FROM run JOIN detail ON detail.run = run.id WHERE run.id = ?")) {
      query.setString(1, id);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(detail(row)) : Optional.empty();
      }
    }
  }

  private RunDetail detail(ResultSet row) throws SQLException {
    String snapshot = text(row, "snapshot");
    String series = text(row, "series");
    return new RunDetail(
        line(row),
        Json.read(Packed.text(row.getBytes("start")), RunStart.class),
        snapshot == null ? null : Json.read(snapshot, Snapshot.class),
        text(row, "summary"),
        series == null ? Series.EMPTY : Json.read(series, Series.class),
        events(row.getString("id")));
  }

  private static @Nullable String text(ResultSet row, String column) throws SQLException {
    byte[] packed = row.getBytes(column);
    return packed == null ? null : Packed.text(packed);
  }

  private List<Event> events(String id) throws SQLException {
    List<Event> events = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT time, kind, text FROM event WHERE run = ? ORDER BY number")) {
      query.setString(1, id);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          events.add(
              new Event(
                  Instant.ofEpochMilli(row.getLong("time")),
                  row.getString("kind"),
                  row.getString("text")));
        }
      }
    }
    return events;
  }

  List<FiredAlert> firing() throws SQLException {
    List<FiredAlert> alerts =
        alerts("WHERE alert.resolved IS NULL AND run.status = 'running'", History.MOST_FIRING);
    alerts.removeIf(alert -> !alert.firing());
    return alerts;
  }

  List<FiredAlert> alerts(int most) throws SQLException {
    return alerts("", most);
  }

  private List<FiredAlert> alerts(String which, int most) throws SQLException {
    List<FiredAlert> alerts = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT alert.*, run.* FROM alert JOIN run ON run.id = alert.run "
                + which
                + " ORDER BY alert.fired DESC, alert.run DESC, alert.name LIMIT ?")) {
      query.setInt(1, most);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          RunLine run = line(row);
          long resolved = row.getLong("resolved");
          boolean isOpen = row.wasNull();
          alerts.add(
              new FiredAlert(
                  run.id(),
                  run.pipeline(),
                  row.getString("name"),
                  row.getString("severity"),
                  Instant.ofEpochMilli(row.getLong("fired")),
                  isOpen ? null : Instant.ofEpochMilli(resolved),
                  isOpen && run.status() == Status.RUNNING,
                  row.getString("sentence")));
        }
      }
    }
    return alerts;
  }

  long changes() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA data_version")) {
      row.next();
      return row.getLong(1);
    }
  }

  private RunLine line(ResultSet row) throws SQLException {
    Instant seen = Instant.ofEpochMilli(row.getLong("seen"));
    long ended = row.getLong("ended");
    boolean isOpen = row.wasNull();
    Status written = Status.of(row.getString("status"));
    String host = row.getString("host");
    boolean lost =
        written == Status.RUNNING
            && (Duration.between(seen, clock.instant()).compareTo(SILENCE) > 0
                || (host.equals(ThisMachine.HOST)
                    && ProcessHandle.of(row.getLong("pid")).isEmpty()));
    return new RunLine(
        row.getString("id"),
        row.getString("command"),
        row.getString("pipeline"),
        row.getString("runner"),
        row.getString("configuration_hash"),
        row.getString("code"),
        host,
        Instant.ofEpochMilli(row.getLong("started")),
        seen,
        isOpen ? null : Instant.ofEpochMilli(ended),
        lost ? Status.LOST : written,
        row.getBoolean("stalled") && !lost,
        (Integer) row.getObject("exit_code"),
        row.getString("error"),
        new Totals(
            whole(row, "rows_read"),
            whole(row, "rows_written"),
            whole(row, "rows_rejected"),
            whole(row, "bytes"),
            (Double) row.getObject("seconds"),
            (Double) row.getObject("cpu_seconds"),
            whole(row, "peak_rss_bytes")));
  }

  private static @Nullable Long whole(ResultSet row, String column) throws SQLException {
    Object value = row.getObject(column);
    return value == null ? null : ((Number) value).longValue();
  }
}
