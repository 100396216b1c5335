// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.contention;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import dev.millrace.benchmarks.measure.Spread;
import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalPostgres;
import dev.millrace.pipelines.contention.Kind;
import dev.millrace.pipelines.contention.MixedOptions;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Has work done that computes, that holds much and that waits, side by side and each kind alone, by
 * a runner as it comes, with many threads for all, and with many threads and a pool for each kind.
 * Each in a fresh JVM of 512 MiB, which has room for some who hold much and not for all, in rounds,
 * so that what disturbs the machine disturbs all of them.
 *
 * <p>Rerun: {@code ./millrace bench contention --rounds=3}.
 */
public final class ContentionBench implements AutoCloseable {

  private static final List<String> FLAGS = List.of("-Xmx512m");

  private static final Duration DEADLINE = Duration.ofMinutes(20);

  private static final String TABLE = "work";

  private final Options options;
  private final LocalPostgres server;
  private final List<Run> runs = new ArrayList<>();

  private ContentionBench(Options options, LocalPostgres server) {
    this.options = options;
    this.server = server;
  }

  /**
   * What to measure.
   *
   * @param rows to work on, 1 or more; default 20,000, which are a hundred blocks, of which each
   *     takes each kind of work about as long, 0.3 s
   * @param rounds how often everything is measured, 1 or more; default 3
   * @param threads of the contenders that have many, 2 or more; default 16
   * @param contenders who takes part; default all
   */
  public record Options(long rows, int rounds, int threads, Set<Contender> contenders) {

    public Options {
      if (rows < 1) {
        throw new IllegalArgumentException("Invalid rows: " + rows + " (must be 1 or more)");
      }
      if (rounds < 1) {
        throw new IllegalArgumentException("Invalid rounds: " + rounds + " (must be 1 or more)");
      }
      if (threads < 2) {
        throw new IllegalArgumentException("Invalid threads: " + threads + " (must be 2 or more)");
      }
      if (contenders.isEmpty()) {
        throw new IllegalArgumentException("Invalid contenders: none (must be one or more)");
      }
      contenders = Collections.unmodifiableSet(new TreeSet<>(contenders));
    }

    public static Options defaults() {
      return new Options(20_000, 3, 16, Set.of(Contender.values()));
    }
  }

  private record Run(
      Workload workload, Contender contender, int round, MixedMain.@Nullable Ended ended) {}

  /**
   * What came of a contender with a workload.
   *
   * @param finished rounds that it finished; the others ran out of memory or time
   * @param seconds of the rounds that it finished; null of none
   * @param ratio of its time to that with pools on the same runner in the same round; null where
   *     either did not finish
   * @param p99 seconds that 99 of 100 blocks took at most, by kind, in the last round that it
   *     finished
   * @param slotWait the same of waits for slots
   */
  public record Line(
      Workload workload,
      Contender contender,
      int finished,
      @Nullable Spread seconds,
      @Nullable Spread ratio,
      String p99,
      double slotWait) {

    /** What stands above the rows. */
    public static String head() {
      return "%-8s %-18s %-24s %-24s %s"
          .formatted("work", "", "seconds", "x as long as in pools", "p99 of a block, s");
    }

    /** As a row of a table. */
    public String text() {
      return "%-8s %-18s %-24s %-24s %s%s"
          .formatted(
              workload,
              contender,
              seconds == null ? "did not finish" : spread(seconds, "%.1f (%.1f to %.1f)"),
              ratio == null ? "-" : spread(ratio, "%.2f (%.2f to %.2f)"),
              p99,
              slotWait == 0 ? "" : String.format(Locale.ROOT, "; slot %.2f", slotWait));
    }

    private static String spread(Spread spread, String form) {
      return String.format(Locale.ROOT, form, spread.median(), spread.min(), spread.max());
    }
  }

  /**
   * Measures.
   *
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if a contender that finished has another result than the server
   */
  public static List<Line> run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    LocalPostgres.Settings settings = LocalPostgres.Settings.durable();
    try (ContentionBench bench = new ContentionBench(options, LocalPostgres.start(settings))) {
      bench.fill();
      bench.measure(progress);
      return bench.lines();
    }
  }

  private ConnectionSpec spec() {
    return ConnectionSpec.of(server.jdbcUrl()).withMaxConnections(2 * options.threads());
  }

  private void fill() throws SQLException {
    Sql.execute(
        spec(),
        "CREATE TABLE work AS SELECT i AS id, repeat(md5(i::text), 9) AS payload"
            + " FROM generate_series(1::bigint, "
            + options.rows()
            + ") AS i",
        "ALTER TABLE work ADD PRIMARY KEY (id)",
        "VACUUM ANALYZE work");
    for (Kind kind : Kind.values()) {
      Sql.execute(
          spec(),
          "CREATE TABLE %s_%s (id bigint PRIMARY KEY, value bigint NOT NULL)"
              .formatted(TABLE, kind));
    }
  }

  private void measure(Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    for (int round = 1; round <= options.rounds(); round++) {
      for (Workload workload : Workload.values()) {
        List<Contender> order = new ArrayList<>(options.contenders());
        Collections.rotate(order, -(round - 1) * order.size() / options.rounds());
        for (Contender contender : order) {
          Run run = measure(workload, contender, round);
          runs.add(run);
          progress.accept(
              "round %d of %d: %s, %s %s"
                  .formatted(
                      round,
                      options.rounds(),
                      workload,
                      contender,
                      run.ended() == null
                          ? "did not finish"
                          : String.format(Locale.ROOT, "%.1f s", run.ended().seconds())));
        }
      }
    }
  }

  private Run measure(Workload workload, Contender contender, int round)
      throws IOException, SQLException, InterruptedException {
    for (Kind kind : Kind.values()) {
      Sql.execute(spec(), "TRUNCATE " + TABLE + "_" + kind);
    }
    Sql.execute(spec(), "CHECKPOINT");
    MixedOptions work =
        new MixedOptions(
            spec(),
            TABLE,
            workload.kinds(),
            contender.isPooled(),
            4_000,
            ByteSize.ofMebibytes(24),
            Duration.ofMillis(300),
            ByteSize.ofKibibytes(64));
    Outcome<MixedMain.Ended> outcome =
        new ChildJvm(MixedMain.class, FLAGS, DEADLINE)
            .run(new MixedJob(contender, work, options.threads()), MixedMain.Ended.class);
    if (outcome.answer() != null) {
      check(workload, contender);
    }
    return new Run(workload, contender, round, outcome.answer());
  }

  private void check(Workload workload, Contender contender) throws SQLException {
    for (Kind kind : workload.kinds()) {
      String wrong =
          "SELECT count(*) FROM work AS w FULL JOIN work_%s AS d USING (id) WHERE d.value IS NULL%s"
              .formatted(
                  kind, kind == Kind.IO ? " OR d.value <> hashtextextended(w.payload, 0)" : "");
      if (Sql.number(spec(), wrong) > 0) {
        throw new IllegalStateException(
            "Cannot trust %s: rows of its %s work are lost or different"
                .formatted(contender, kind));
      }
    }
  }

  private List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    for (Workload workload : Workload.values()) {
      for (Contender contender : options.contenders()) {
        lines.add(line(workload, contender));
      }
    }
    return lines;
  }

  private Line line(Workload workload, Contender contender) {
    List<Double> seconds = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    MixedMain.Ended last = null;
    for (int round = 1; round <= options.rounds(); round++) {
      MixedMain.Ended ended = ended(workload, contender, round);
      MixedMain.Ended pools = ended(workload, contender.pools(), round);
      if (ended != null) {
        last = ended;
        seconds.add(ended.seconds());
      }
      if (ended != null && pools != null) {
        ratios.add(ended.seconds() / pools.seconds());
      }
    }
    return new Line(
        workload,
        contender,
        seconds.size(),
        seconds.isEmpty() ? null : Spread.of(seconds),
        ratios.isEmpty() ? null : Spread.of(ratios),
        last == null ? "" : p99(last),
        last == null ? 0 : last.slotWait());
  }

  private MixedMain.@Nullable Ended ended(Workload workload, Contender contender, int round) {
    return runs.stream()
        .filter(run -> run.workload() == workload && run.contender() == contender)
        .filter(run -> run.round() == round)
        .findFirst()
        .map(Run::ended)
        .orElse(null);
  }

  private static String p99(MixedMain.Ended ended) {
    return ended.p99().entrySet().stream()
        .map(each -> String.format(Locale.ROOT, "%s %.2f", each.getKey(), each.getValue()))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
