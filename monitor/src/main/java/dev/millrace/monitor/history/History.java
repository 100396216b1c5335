// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunEnd;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

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

  /** Of a run, besides those that fire. */
  public static final int MOST_ALERTS = 200;

  /** That fire at one time, of all runs: more are not told. */
  static final int MOST_FIRING = 200;

  private final Path file;
  private final Connection connection;
  private final RunWriter writer;
  private final RunReader reader;
  private final int mostRuns;

  private History(Path file, Clock clock, int mostRuns) {
    this.file = file;
    this.connection = HistoryFile.open(file);
    this.writer = new RunWriter(connection);
    this.reader = new RunReader(connection, clock);
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
          writer.begin(start);
          writer.forgetBut(mostRuns);
        });
    return new Recording(this, start.id());
  }

  void stands(String id, Snapshot snapshot, Series series, List<Event> events) {
    write(id, () -> writer.stands(id, snapshot, series, events));
  }

  void ended(String id, RunEnd end) {
    write(id, () -> writer.ended(id, end));
  }

  /**
   * The runs that are wanted, the latest first.
   *
   * @throws HistoryException if the file cannot be read
   */
  public List<RunLine> runs(RunFilter filter) {
    return read(() -> reader.runs(filter));
  }

  /**
   * All that is known of a run.
   *
   * @param id its identity
   * @throws HistoryException if the file cannot be read
   */
  public Optional<RunDetail> run(String id) {
    return read(() -> reader.run(id));
  }

  /**
   * The alerts that fire now, of all runs, the latest first.
   *
   * @throws HistoryException if the file cannot be read
   */
  public List<FiredAlert> firing() {
    return read(reader::firing);
  }

  /**
   * The alerts that fired last, of all runs, the latest first, whether they still fire or not.
   *
   * @param most how many at most
   * @throws HistoryException if the file cannot be read
   */
  public List<FiredAlert> alerts(int most) {
    return read(() -> reader.alerts(most));
  }

  /**
   * A number that is another whenever something else than this object has written since.
   *
   * @throws HistoryException if the file cannot be read
   */
  public long changes() {
    return read(reader::changes);
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
