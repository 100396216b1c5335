// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.incremental;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Changes some rows of a table and copies what is new, each time in a fresh JVM, beside the first
 * copy of the whole table in the same write mode, on a server with the defaults of PostgreSQL.
 *
 * <p>Rerun: {@code ./millrace bench incremental --rows=10000000}.
 */
public final class IncrementalBench {

  private static final Duration DEADLINE = Duration.ofHours(1);

  private IncrementalBench() {}

  /**
   * What to measure.
   *
   * @param rows of the table, 1,000 or more; a table of a tenth is measured too
   * @param rounds how often each change is made, 1 or more
   * @param parallelism threads that read and write
   */
  public record Options(long rows, int rounds, int parallelism) {
    public Options {
      if (rows < 10_000 || rounds < 1 || parallelism < 1) {
        throw new IllegalArgumentException(
            "Invalid size: %d rows, %d rounds, %d threads (must be 10000 or more, and 1 or more)"
                .formatted(rows, rounds, parallelism));
      }
    }
  }

  /**
   * One copy.
   *
   * @param tableRows of the table
   * @param what was done before: the whole table, one row, or a share of the rows changed
   * @param share of the rows that were changed; 1 for the whole
   * @param scattered whether they were spread over the table
   * @param rows that were copied
   * @param seconds that it took
   * @param baseline whether stock {@code JdbcIO} copied
   */
  public record Copy(
      long tableRows,
      String what,
      double share,
      boolean scattered,
      long rows,
      double seconds,
      boolean baseline) {}

  /**
   * Measures.
   *
   * @param progress is told what came out
   * @throws IllegalStateException if a copy fails, or the target is not the source afterwards
   */
  public static IncrementalResult run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    List<Copy> copies = new ArrayList<>();
    try (LocalPostgres server = LocalPostgres.start(LocalPostgres.Settings.durable())) {
      ConnectionSpec spec = ConnectionSpec.of(server.jdbcUrl());
      for (long rows : List.of(options.rows() / 10, options.rows())) {
        new Table(spec, rows, options, progress, copies).measure(rows < options.rows());
      }
    }
    return IncrementalResult.of(copies);
  }

  /** One of the tables. */
  private record Table(
      ConnectionSpec spec,
      long rows,
      Options options,
      Consumer<String> progress,
      List<Copy> copies) {

    void measure(boolean withBaseline) throws IOException, SQLException, InterruptedException {
      Sql.execute(
          spec,
          "CREATE TABLE "
              + name()
              + " (id bigint PRIMARY KEY, account int, note text,"
              + " amount numeric(12,2), updated_at timestamptz NOT NULL)",
          "CREATE TABLE " + into() + " (LIKE " + name() + " INCLUDING INDEXES)",
          "INSERT INTO "
              + name()
              + " SELECT i, i % 1000, 'note ' || md5(i::text), i / 7.0,"
              + " clock_timestamp() FROM generate_series(1, "
              + rows
              + ") i",
          "CREATE INDEX ON " + name() + " (updated_at, id)",
          "VACUUM ANALYZE " + name(),
          "CHECKPOINT");
      copy("whole table", 1, false, "");
      for (int round = 0; round < options.rounds(); round++) {
        change("one row", 1.0 / rows, false);
        for (double share : List.of(0.001, 0.01, 0.1)) {
          change("clustered", share, false);
          change("scattered", share, true);
        }
      }
      if (withBaseline) {
        String since =
            Sql.text(
                spec,
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
        touch(0.01, false);
        copy("clustered", 0.01, false, since);
      }
      Sql.execute(spec, "DROP TABLE " + name(), "DROP TABLE " + into());
    }

    private String name() {
      return "item_" + rows;
    }

    private String into() {
      return "copy_" + rows;
    }

    private void change(String what, double share, boolean scattered)
        throws IOException, SQLException, InterruptedException {
      touch(share, scattered);
      copy(what, share, scattered, "");
    }

    private void touch(double share, boolean scattered) throws SQLException {
      long changed = Math.max(1, Math.round(rows * share));
      // Neighbours from the middle, or one in so many.
      String which =
          scattered
              ? "id % " + rows / changed + " = 0"
              : "id > " + rows / 2 + " AND id <= " + (rows / 2 + changed);
      Sql.execute(
          spec,
          "UPDATE "
              + name()
              + " SET amount = amount + 1, updated_at = clock_timestamp() WHERE "
              + which,
          "VACUUM ANALYZE " + name(),
          // Else the server might do so while the next copy is measured.
          "VACUUM ANALYZE " + into(),
          "CHECKPOINT");
    }

    private void copy(String what, double share, boolean scattered, String since)
        throws IOException, SQLException, InterruptedException {
      Task task = new Task(spec, name(), into(), since, options.parallelism());
      String heap = since.isEmpty() ? "-Xmx512m" : "-Xmx4g";
      ChildJvm.Outcome<TaskMain.Took> outcome =
          new ChildJvm(TaskMain.class, List.of(heap), DEADLINE).run(task, TaskMain.Took.class);
      TaskMain.Took took = outcome.answer();
      if (took == null) {
        throw new IllegalStateException(
            "Cannot measure " + what + " of " + name() + ": " + outcome.errors());
      }
      verify(what);
      long copied = Math.max(1, Math.round(rows * share));
      copies.add(new Copy(rows, what, share, scattered, copied, took.seconds(), !since.isEmpty()));
      progress.accept(
          "%,d rows, %s %.1f %%%s: %.2f s"
              .formatted(
                  rows, what, 100 * share, since.isEmpty() ? "" : " by JdbcIO", took.seconds()));
    }

    private void verify(String what) throws SQLException {
      String sum = "SELECT sum(hashtextextended(t::text, 0)::numeric)::text FROM %s t";
      String source = Sql.text(spec, sum.formatted(name()));
      if (!source.equals(Sql.text(spec, sum.formatted(into())))) {
        throw new IllegalStateException(
            "Cannot measure " + what + " of " + name() + ": the copy is not the source");
      }
    }
  }
}
