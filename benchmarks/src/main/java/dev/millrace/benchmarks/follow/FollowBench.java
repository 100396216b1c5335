// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.follow;

import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.local.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Writes to a table at some rates while {@code sync --follow} copies it in mode ledger, and asks
 * the server when each row was committed in the one and in the other: both times are of its own
 * clock.
 *
 * <p>Rerun: {@code ./millrace bench follow}.
 */
public final class FollowBench {

  /** A transaction of the writer. */
  private static final Duration BATCH = Duration.ofMillis(50);

  /** For a process to start, and for the last rows to come. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String SOURCE = "followed";
  private static final String TARGET = "copy";

  private final Options options;
  private final LocalPostgres server;
  private final MillraceCommand command;

  private FollowBench(Options options, LocalPostgres server, MillraceCommand command) {
    this.options = options;
    this.server = server;
    this.command = command;
  }

  /**
   * What to measure.
   *
   * @param rates rows to write in a second, each 20 or more
   * @param time to write at each rate
   * @param runners as {@code --runner} names them
   * @param poll how often the source is asked when nothing is new, as {@code --poll}
   */
  public record Options(List<Integer> rates, Duration time, List<String> runners, Duration poll) {

    public Options {
      rates = List.copyOf(rates);
      runners = List.copyOf(runners);
    }

    public static Options defaults() {
      return new Options(
          List.of(1_000, 10_000, 50_000),
          Duration.ofSeconds(30),
          List.of("direct", "flink"),
          Duration.ofMillis(100));
    }
  }

  /**
   * What came of one rate.
   *
   * @param rate rows to write in a second
   * @param written rows that were, in a second
   * @param p50 seconds from commit to commit that half of the rows did not exceed
   * @param p99 that 99 % did not
   * @param most that none did
   * @param behind seconds from the last commit in the source to the last in the target
   */
  public record Line(
      String runner, int rate, double written, double p50, double p99, double most, double behind) {

    /** As a row of a table. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "%-8s %,10d %,12.0f %10.2f s %8.2f s %8.2f s %8.2f s",
          runner,
          rate,
          written,
          p50,
          p99,
          most,
          behind);
    }

    /** What stands above the rows. */
    public static String head() {
      return "%-8s %10s %12s %12s %10s %10s %10s"
          .formatted("", "asked/s", "written/s", "p50", "p99", "most", "at its end");
    }
  }

  /**
   * Measures.
   *
   * @param progress is told what came out
   * @throws IllegalStateException if a row is missing in the end, or there twice
   */
  public static List<Line> run(Options options, MillraceCommand command, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    LocalPostgres.Settings settings =
        LocalPostgres.Settings.durable().with("track_commit_timestamp", "on");
    List<Line> lines = new ArrayList<>();
    try (LocalPostgres server = LocalPostgres.start(settings)) {
      FollowBench bench = new FollowBench(options, server, command);
      for (String runner : options.runners()) {
        for (int rate : options.rates()) {
          Line line = bench.measure(runner, rate);
          progress.accept(line.text());
          lines.add(line);
        }
      }
    }
    return lines;
  }

  private Line measure(String runner, int rate)
      throws IOException, SQLException, InterruptedException {
    try (Connection connection = ConnectionSpec.of(server.jdbcUrl()).connect("bench")) {
      create(connection);
      Path log = Files.createTempFile("millrace-follow-", ".log");
      Process following =
          command
              .with(List.of(), arguments(runner))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        // The first row is there once it follows; it is not measured.
        insert(connection, 0, 1);
        awaitSame(connection, following, log);
        long rows = write(connection, rate);
        awaitSame(connection, following, log);
        return line(connection, runner, rate, rows);
      } finally {
        following.destroy();
        if (!following.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          following.destroyForcibly().waitFor();
        }
        Files.delete(log);
      }
    }
  }

  private static void create(Connection connection) throws SQLException {
    String columns = "(id bigint PRIMARY KEY, at timestamptz NOT NULL, account int, note text)";
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA IF EXISTS millrace CASCADE");
      statement.execute("DROP TABLE IF EXISTS " + SOURCE + ", " + TARGET);
      statement.execute("CREATE TABLE " + SOURCE + " " + columns);
      statement.execute("CREATE TABLE " + TARGET + " " + columns);
      statement.execute("CREATE INDEX ON " + SOURCE + " (at, id)");
    }
  }

  private List<String> arguments(String runner) {
    return List.of(
        "sync",
        "--follow",
        "--source=" + server.jdbcUrl(),
        "--table=" + SOURCE,
        "--target=" + server.jdbcUrl(),
        "--into=" + TARGET,
        "--mode=ledger",
        "--cursor=at",
        "--key=id",
        "--poll=" + options.poll().toMillis() + "ms",
        "--runner=" + runner);
  }

  /** Writes at the rate, as far as the server keeps up; returns how many rows. */
  private long write(Connection connection, int rate) throws SQLException, InterruptedException {
    int batch = (int) (rate * BATCH.toMillis() / 1000);
    long start = System.nanoTime();
    long end = start + options.time().toNanos();
    long next = start;
    long rows = 0;
    while (System.nanoTime() < end) {
      insert(connection, rows + 1, batch);
      rows += batch;
      next += BATCH.toNanos();
      long wait = next - System.nanoTime();
      if (wait > 0) {
        TimeUnit.NANOSECONDS.sleep(wait);
      }
    }
    return rows;
  }

  private static void insert(Connection connection, long first, int rows) throws SQLException {
    String sql =
        "INSERT INTO %s SELECT i, now(), i %% 1000, md5(i::text) FROM generate_series(?, ?) AS i"
            .formatted(SOURCE);
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setLong(1, first);
      insert.setLong(2, first + rows - 1);
      insert.execute();
    }
  }

  private static void awaitSame(Connection connection, Process following, Path log)
      throws SQLException, IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String missing =
        "SELECT (SELECT count(*) FROM %s) - (SELECT count(*) FROM %s)".formatted(SOURCE, TARGET);
    double left = number(connection, missing);
    while (left != 0) {
      if (left < 0 || !following.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "Cannot trust the copy: %.0f rows are missing, and the process %s:%n%s"
                .formatted(
                    left, following.isAlive() ? "runs" : "has ended", Files.readString(log)));
      }
      TimeUnit.MILLISECONDS.sleep(100);
      left = number(connection, missing);
    }
  }

  private static Line line(Connection connection, String runner, int rate, long rows)
      throws SQLException {
    String sql =
        """
        SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY late),
               percentile_cont(0.99) WITHIN GROUP (ORDER BY late), max(late),
               extract(epoch FROM max(done) - max(made)), extract(epoch FROM max(made) - min(made))
        FROM (SELECT made, done, extract(epoch FROM done - made)::float8 AS late
              FROM (SELECT pg_xact_commit_timestamp(s.xmin) AS made,
                           pg_xact_commit_timestamp(t.xmin) AS done
                    FROM %s AS s JOIN %s AS t USING (id, at, account, note) WHERE s.id > 0) AS pair) AS delay
        """
            .formatted(SOURCE, TARGET);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      if (row.getLong(1) != rows) {
        throw new IllegalStateException(
            "Cannot trust the copy: of %,d rows %,d are the same".formatted(rows, row.getLong(1)));
      }
      return new Line(
          runner,
          rate,
          rows / row.getDouble(6),
          row.getDouble(2),
          row.getDouble(3),
          row.getDouble(4),
          row.getDouble(5));
    }
  }

  private static double number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getDouble(1);
    }
  }
}
