// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.Json;
import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.nio.file.Path;
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

/**
 * The runs of this machine, in one file: how each began, stands and ended, how its figures went,
 * and what befell it. Several processes write and read it at once; what was written outlives them.
 * The latest {@value #MOST_RUNS} runs are kept, in some 60 MB; of each the latest {@value
 * #MOST_EVENTS} events.
 *
 * <p>Safe for use by several threads, which wait for each other.
 */
public final class History implements AutoCloseable {

  /** Older ones are forgotten when one begins. */
  public static final int MOST_RUNS = 10_000;

  /** Of a run. */
  public static final int MOST_EVENTS = 200;

  /** After that long without a word a run is lost, even if a process has its number. */
  private static final Duration SILENCE = Duration.ofMinutes(5);

  private final Path file;
  private final Connection connection;
  private final Clock clock;
  private final int mostRuns;

  private History(Path file, Clock clock, int mostRuns) {
    this.file = file;
    this.connection = HistoryFile.open(file);
    this.clock = clock;
    this.mostRuns = mostRuns;
  }

  /**
   * Opens the history in a file, which is made if it is not there.
   *
   * @throws HistoryException if that cannot be done, or a later version of the program made it
   */
  public static History open(Path file) {
    return open(file, Clock.systemUTC());
  }

  /**
   * The same.
   *
   * @param clock that says for how long a run has been silent
   */
  public static History open(Path file, Clock clock) {
    return open(file, clock, MOST_RUNS);
  }

  static History open(Path file, Clock clock, int mostRuns) {
    return new History(file, clock, mostRuns);
  }

  /** Where it is. */
  public Path file() {
    return file;
  }

  /**
   * Writes that a run has begun.
   *
   * @throws HistoryException if the file cannot be written, or has the run already
   */
  public Recording begin(RunStart start) {
    write(
        start.id(),
        () -> {
          try (PreparedStatement run =
                  connection.prepareStatement(
                      """
                      INSERT INTO run (id, command, pipeline, runner, configuration_hash, code,
                          host, pid, started, seen, status)
                      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')
                      """);
              PreparedStatement detail =
                  connection.prepareStatement("INSERT INTO detail (run, start) VALUES (?, ?)");
              Statement old = connection.createStatement()) {
            bind(
                run,
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
            run.executeUpdate();
            bind(detail, start.id(), Packed.of(Json.write(start)));
            detail.executeUpdate();
            old.executeUpdate(
                "DELETE FROM run WHERE id <= (SELECT id FROM run ORDER BY id DESC LIMIT 1 OFFSET "
                    + mostRuns
                    + ")");
          }
        });
    return new Recording(this, start.id());
  }

  void write(String id, Snapshot snapshot, Series series, List<Event> events) {
    write(
        id,
        () -> {
          try (PreparedStatement run =
                  connection.prepareStatement(
                      """
                      UPDATE run SET seen = ?, rows_read = ?, rows_written = ?, rows_rejected = ?,
                          bytes = ?, seconds = ?
                      WHERE id = ?
                      """);
              PreparedStatement detail =
                  connection.prepareStatement(
                      "UPDATE detail SET snapshot = ?, series = ? WHERE run = ?")) {
            bind(
                run,
                snapshot.time().toEpochMilli(),
                total(snapshot, "rows_read"),
                total(snapshot, "rows_written"),
                total(snapshot, "rows_rejected"),
                total(snapshot, "bytes"),
                snapshot.seconds(),
                id);
            run.executeUpdate();
            bind(detail, Packed.of(Json.write(snapshot)), Packed.of(Json.write(series)), id);
            detail.executeUpdate();
            add(id, events);
          }
        });
  }

  private static @Nullable Long total(Snapshot snapshot, String name) {
    Double total = snapshot.totals().get(name);
    return total == null ? null : Math.round(total);
  }

  private void add(String id, List<Event> events) throws SQLException {
    if (events.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO event (run, number, time, kind, text)
                SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ? FROM event WHERE run = ?
                """);
        PreparedStatement old =
            connection.prepareStatement(
                """
                DELETE FROM event
                WHERE run = ? AND number <= (SELECT max(number) FROM event WHERE run = ?) - ?
                """)) {
      for (Event event : events) {
        bind(insert, id, event.time().toEpochMilli(), event.kind(), event.text(), id);
        insert.executeUpdate();
      }
      bind(old, id, id, MOST_EVENTS);
      old.executeUpdate();
    }
  }

  void write(String id, RunEnd end) {
    Totals totals = end.totals();
    write(
        id,
        () -> {
          try (PreparedStatement run =
                  connection.prepareStatement(
                      """
                      UPDATE run SET seen = ?, ended = ?, status = ?, exit_code = ?, error = ?,
                          rows_read = ?, rows_written = ?, rows_rejected = ?, bytes = ?,
                          seconds = ?, cpu_seconds = ?, peak_rss_bytes = ?
                      WHERE id = ?
                      """);
              PreparedStatement detail =
                  connection.prepareStatement("UPDATE detail SET summary = ? WHERE run = ?")) {
            bind(
                run,
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
            run.executeUpdate();
            bind(detail, Packed.of(end.summary()), id);
            detail.executeUpdate();
          }
        });
  }

  /**
   * The runs that are wanted, the latest first.
   *
   * @throws HistoryException if the file cannot be read
   */
  public List<RunLine> runs(RunFilter filter) {
    StringBuilder sql = new StringBuilder("SELECT * FROM run WHERE true");
    List<Object> values = new ArrayList<>();
    add(sql, values, " AND command = ?", filter.command());
    add(sql, values, " AND pipeline = ?", filter.pipeline());
    add(sql, values, " AND configuration_hash = ?", filter.configurationHash());
    add(sql, values, " AND started >= ?", millis(filter.since()));
    add(sql, values, " AND id < ?", filter.before());
    Status status = filter.status();
    if (status == Status.LOST) {
      sql.append(" AND status = 'running'");
    } else if (status != null) {
      add(sql, values, " AND status = ?", status.label());
    }
    sql.append(" ORDER BY id DESC");
    return read(
        () -> {
          List<RunLine> lines = new ArrayList<>();
          try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
            bind(query, values.toArray());
            try (ResultSet row = query.executeQuery()) {
              // Who is lost is not known to the file, so the limit is counted here.
              while (lines.size() < filter.most() && row.next()) {
                RunLine line = line(row);
                if (status == null || line.status() == status) {
                  lines.add(line);
                }
              }
            }
          }
          return lines;
        });
  }

  private static void add(
      StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
    if (value != null) {
      sql.append(condition);
      values.add(value);
    }
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  /**
   * All that is known of a run.
   *
   * @param id its identity
   * @throws HistoryException if the file cannot be read
   */
  public Optional<RunDetail> run(String id) {
    return read(
        () -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT * FROM run JOIN detail ON detail.run = run.id WHERE run.id = ?")) {
            bind(query, id);
            try (ResultSet row = query.executeQuery()) {
              return row.next() ? Optional.of(detail(row)) : Optional.empty();
            }
          }
        });
  }

  private RunDetail detail(ResultSet row) throws SQLException {
    String start = text(row, "start");
    String snapshot = text(row, "snapshot");
    String series = text(row, "series");
    if (start == null) {
      throw new HistoryException("Cannot read the history %s: a run has no start".formatted(file));
    }
    return new RunDetail(
        line(row),
        Json.read(start, RunStart.class),
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
      bind(query, id);
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

  /**
   * A number that is another whenever something else than this object has written since.
   *
   * @throws HistoryException if the file cannot be read
   */
  public long changes() {
    return read(
        () -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery("PRAGMA data_version")) {
            row.next();
            return row.getLong(1);
          }
        });
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

  private static void bind(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  /** Something that is done with the file. */
  private interface Reading<T> {
    T read() throws SQLException;
  }

  /** Something that is written as a whole. */
  private interface Writing {
    void write() throws SQLException;
  }

  private synchronized <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (SQLException e) {
      throw new HistoryException(
          "Cannot read the history %s: %s".formatted(file, HistoryFile.why(e)), e);
    }
  }

  private synchronized void write(String id, Writing writing) {
    try {
      connection.setAutoCommit(false);
      try {
        writing.write();
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new HistoryException(
          "Cannot write run %s to the history %s: %s".formatted(id, file, HistoryFile.why(e)), e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new HistoryException(
          "Cannot close the history %s: %s".formatted(file, HistoryFile.why(e)), e);
    }
  }
}
