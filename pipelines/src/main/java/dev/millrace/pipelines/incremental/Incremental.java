// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import dev.millrace.horizon.Look;
import dev.millrace.horizon.Xid8Migration;
import dev.millrace.ledger.CursorJob;
import dev.millrace.ledger.LedgerView;
import dev.millrace.ledger.Position;
import dev.millrace.ledger.WindowRecord;
import dev.millrace.read.ReadIncrement;
import dev.millrace.read.ReadTable;
import dev.millrace.write.WriteTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;

/**
 * Copies what is new in a table into another: {@link ReadIncrement}, then {@link WriteTable} under
 * the same ledger. All that can be wrong is found when it is opened, before a row is read.
 */
public final class Incremental implements AutoCloseable {

  private final IncrementalOptions options;
  private final CursorJob job;
  private final ReadIncrement read;
  private final long nulls;
  private final List<String> notes;
  private ReadIncrement.Increment increment;

  private Incremental(
      IncrementalOptions options, CursorJob job, ReadIncrement read, long nulls, List<String> notes)
      throws SQLException {
    this.options = options;
    this.job = job;
    this.read = read;
    this.nulls = nulls;
    this.notes = notes;
    this.increment = read.next(job);
  }

  /**
   * Takes hold of the job, and begins the next window or goes on with one that was not ended.
   *
   * @param run the run's identity, told to who wants to run the same job
   * @param runner where it runs
   * @throws IllegalArgumentException when a table or column does not exist or does not fit, or rows
   *     have no value of the cursor and may not
   * @throws dev.millrace.dialect.SchemaDriftException when the source's columns changed since the
   *     last run in a way that the options do not allow
   * @throws dev.millrace.horizon.HorizonException when no window can be closed safely
   * @throws dev.millrace.ledger.JobActiveException when another run has the job
   * @throws SQLException when a server does not answer or refuses
   */
  public static Incremental open(IncrementalOptions wanted, String run, String runner)
      throws SQLException {
    Drift.Settled drift = Drift.settle(wanted);
    IncrementalOptions options = drift.options();
    // Before a ledger knows of it: a copy that cannot be made must leave no trace.
    write(options).plan(read(options).schema());
    long nulls = nulls(options);
    CursorJob job = CursorJob.open(options.target(), options.job());
    try {
      ReadIncrement read = increments(options);
      read.begin(job, target(options), run, runner);
      return new Incremental(options, job, read, nulls, drift.notes());
    } catch (SQLException | RuntimeException failure) {
      job.close();
      throw failure;
    }
  }

  /**
   * What a run would do.
   *
   * @param look what the source says of its horizon
   * @param cursor where the job stands; empty for the start
   */
  public record Preview(Look look, Optional<Position> cursor) {}

  /**
   * Plans a run, but begins nothing.
   *
   * @throws IllegalArgumentException as {@link #open}
   * @throws SQLException when a server does not answer or refuses
   */
  public static Preview preview(IncrementalOptions options) throws SQLException {
    write(options).plan(read(options).schema());
    nulls(options);
    Optional<LedgerView.Job> job = LedgerView.job(options.target(), options.job());
    String memory = job.map(LedgerView.Job::memory).orElse("");
    Look look = increments(options).look(memory);
    return new Preview(look, job.flatMap(LedgerView.Job::cursor));
  }

  /** Where rows go and what becomes of those that are there, for the job's definition. */
  static String target(IncrementalOptions options) {
    return options.into() + (options.replace() ? " replacing by " + options.key() : "");
  }

  /**
   * The SQL that adds an {@code xid8} of the cursor's name to the source's table.
   *
   * @throws SQLException when the source does not answer or refuses
   */
  public static Xid8Migration xid8Migration(IncrementalOptions options) throws SQLException {
    try (Connection connection = options.source().connect("plan " + options.table())) {
      Table table = Catalog.describe(connection, TableName.parse(options.table()));
      List<String> key = options.key().isEmpty() ? table.rowKey().orElse(List.of()) : options.key();
      return Xid8Migration.of(connection, table, options.cursor(), key);
    }
  }

  static ReadIncrement increments(IncrementalOptions options) {
    return ReadIncrement.of(read(options), options.cursor()).rules(options.rules());
  }

  static ReadTable read(IncrementalOptions options) {
    return ReadTable.from(options.source(), options.table())
        .columns(options.columns().toArray(String[]::new))
        .where(options.where())
        .key(options.key().toArray(String[]::new))
        .blockSize(options.blockSize())
        .parallelism(options.parallelism());
  }

  static WriteTable write(IncrementalOptions options) {
    return options.replace()
        ? upsert(options).unlessOlder(options.cursor())
        : WriteTable.into(options.target(), options.into()).rejects(options.rejects());
  }

  private static WriteTable upsert(IncrementalOptions options) {
    return WriteTable.into(options.target(), options.into())
        .rejects(options.rejects())
        .upsert(options.key().toArray(String[]::new));
  }

  /** How many rows have no value of the cursor. */
  static long nulls(IncrementalOptions options) throws SQLException {
    try (Connection connection = options.source().connect("plan " + options.table());
        Statement statement = connection.createStatement()) {
      Table table = Catalog.describe(connection, TableName.parse(options.table()));
      if (!table.column(options.cursor()).nullable()) {
        return 0;
      }
      boolean all = options.nullCursor() == NullCursor.SKIP;
      String sql =
          "SELECT count(*) FROM (SELECT FROM %s AS t WHERE %s%s) AS n"
              .formatted(table.name().sql(), withoutCursor(options), all ? "" : " LIMIT 1");
      try (ResultSet found = statement.executeQuery(sql)) {
        found.next();
        if (options.nullCursor() == NullCursor.FAIL && found.getLong(1) > 0) {
          throw new IllegalArgumentException(
              "Cannot sync %s by %s: it is NULL in some rows, which are in no window; choose with --null-cursor=include or skip"
                  .formatted(table.name(), options.cursor()));
        }
        return found.getLong(1);
      }
    }
  }

  private static String withoutCursor(IncrementalOptions options) {
    String without = "t." + Sql.identifier(options.cursor()) + " IS NULL";
    // The line break ends a comment that the condition may end with.
    return options.where().isEmpty() ? without : "(" + options.where() + "\n) AND " + without;
  }

  /** What is to be told before it runs: how columns changed, what is doubtful of the cursor. */
  public List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    all.addAll(increment.doubts());
    return all;
  }

  public CursorJob job() {
    return job;
  }

  /** What there is to read. */
  public ReadIncrement.Increment increment() {
    return increment;
  }

  /** Rows that have no value of the cursor, if they are skipped. */
  public long skipped() {
    return options.nullCursor() == NullCursor.SKIP ? nulls : 0;
  }

  /** Whether nothing is to be copied. */
  public boolean isIdle() {
    return increment.read() == null && !includesNulls();
  }

  private boolean includesNulls() {
    return options.nullCursor() == NullCursor.INCLUDE && nulls > 0;
  }

  /** Adds the copy to a pipeline, to be run before this is closed. */
  public void applyTo(Pipeline pipeline) {
    ReadTable.Planned planned = increment.read();
    if (planned != null) {
      pipeline
          .apply("Read", planned)
          .apply("Write", write(options).ledger(planned.ledger().orElseThrow()));
    }
    if (includesNulls()) {
      pipeline
          .apply("Read without cursor", read(options).where(withoutCursor(options)))
          .apply("Write without cursor", upsert(options));
    }
  }

  /**
   * Begins the next window when one was ended that a run before had left.
   *
   * @return whether there is one
   */
  public boolean goOn() throws SQLException {
    if (!increment.left()) {
      return false;
    }
    increment = read.next(job);
    return increment.window() != null;
  }

  /**
   * Asks the target whether it has all of the window, and moves the cursor to its end.
   *
   * @param bytes of the blocks read
   * @param began when this run began
   * @param now when it ended
   * @return the window; empty when there was none
   * @throws IllegalStateException when positions are missing
   */
  public Optional<WindowRecord> finish(long bytes, Instant began, Instant now) throws SQLException {
    if (increment.read() == null) {
      return Optional.empty();
    }
    read.see(job);
    return Optional.of(job.finish(bytes, began, now));
  }

  /**
   * A copy of the rows between two values of a cursor, whatever was copied before. No row replaces
   * a newer one, so that it may run beside others, and be repeated.
   *
   * @param from the least value; empty for the first
   * @param to the value after the last; empty for the last
   */
  public static Backfill backfill(IncrementalOptions options, String from, String to)
      throws SQLException {
    return Backfill.of(options, read(options), write(options), from, to);
  }

  /** Lets the job go. */
  @Override
  public void close() throws SQLException {
    job.close();
  }
}
