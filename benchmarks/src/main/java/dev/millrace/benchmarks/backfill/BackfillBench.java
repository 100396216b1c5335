// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.benchmarks.measure.SmallestHeap;
import dev.millrace.benchmarks.measure.Spread;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalPostgres;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes silver and gold of the same bronze, month by month: by stock {@code JdbcIO} that reads the
 * whole table for each month or asks for the month's rows, and by {@code millrace backfill} in one
 * JVM, with one for each window or stage, and without what it does at once. Each in JVMs of its
 * own, in rounds, so that what disturbs the machine disturbs all of them; after each, silver and
 * gold are compared with what the others made.
 *
 * <p>Rerun: {@code ./millrace bench backfill --rows=500000 --rounds=3}.
 */
public final class BackfillBench {

  private static final Duration DEADLINE = Duration.ofHours(1);
  private static final ByteSize STOCK_HEAP = ByteSize.ofMebibytes(8 << 10);
  private static final ByteSize HEAP = ByteSize.ofMebibytes(512);

  /** One that takes so many times as long does little but collect garbage. */
  private static final int SLOWER = 3;

  /** What starting a JVM may take on a busy machine. */
  private static final Duration START = Duration.ofSeconds(10);

  private static final int SEED = 1;

  private final Options options;
  private final BronzeData data;
  private final List<HourWindow> windows;
  private final LocalPostgres server;
  private final Medallion medallion;
  private final Consumer<String> progress;
  private final Map<Contender, String> failures = new TreeMap<>();
  private final List<Map<Contender, BackfillRun>> rounds = new ArrayList<>();

  private BackfillBench(Options options, LocalPostgres server, Consumer<String> progress) {
    this.options = options;
    this.data = BronzeData.of(options.rows(), SEED);
    this.windows = data.windows();
    this.server = server;
    this.medallion = new Medallion(ConnectionSpec.of(server.jdbcUrl()));
    this.progress = progress;
  }

  /**
   * What to measure.
   *
   * @param rows of bronze, 1 or more and not counted out exactly; default 500,000
   * @param rounds how often everything is measured, 1 or more; default 3
   * @param parallelism threads of each stock pipeline, 1 or more
   * @param baselineWindows how many months stock pipelines make, 1 or more; null, the default, for
   *     all
   * @param heaps whether to find the smallest heap that suffices instead, which takes many runs
   * @param contenders who takes part; default all but the stock pipelines on Flink
   * @param command starts {@code millrace} as a process
   */
  public record Options(
      long rows,
      int rounds,
      int parallelism,
      @Nullable Integer baselineWindows,
      boolean heaps,
      Set<Contender> contenders,
      MillraceCommand command) {

    public Options {
      atLeastOne("number of rows", rows);
      atLeastOne("number of rounds", rounds);
      atLeastOne("parallelism", parallelism);
      atLeastOne("number of windows", baselineWindows == null ? 1 : baselineWindows);
      atLeastOne("number of contenders", contenders.size());
      contenders = Collections.unmodifiableSet(new TreeSet<>(contenders));
    }

    public static Options defaults(MillraceCommand command) {
      return new Options(500_000, 3, 2, null, false, Contender.onDirect(), command);
    }

    private static void atLeastOne(String thing, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(
            "Invalid %s: %d (must be 1 or more)".formatted(thing, value));
      }
    }
  }

  /**
   * Measures, on a server of its own.
   *
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if a contender fails for want of anything but memory or time, or
   *     makes another silver or gold than the others
   */
  public static BackfillResult run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    try (LocalPostgres server = LocalPostgres.start(LocalPostgres.Settings.durable())) {
      BackfillBench bench = new BackfillBench(options, server, progress);
      bench.data.create(ConnectionSpec.of(server.jdbcUrl()), progress);
      return options.heaps() ? bench.heaps() : bench.measure();
    }
  }

  private BackfillResult measure() throws IOException, SQLException, InterruptedException {
    for (int round = 1; round <= options.rounds(); round++) {
      List<Contender> order = new ArrayList<>(options.contenders());
      Collections.rotate(order, -(round - 1) * order.size() / options.rounds());
      Map<Contender, BackfillRun> runs = new TreeMap<>();
      rounds.add(runs);
      for (Contender contender : order) {
        if (failures.containsKey(contender)) {
          continue;
        }
        BackfillRun run = measure(contender, round);
        if (run != null) {
          runs.put(contender, run);
        }
      }
    }
    return result(Map.of());
  }

  private @Nullable BackfillRun measure(Contender contender, int round)
      throws IOException, SQLException, InterruptedException {
    Attempt.End end = attempt(contender, heap(contender), DEADLINE);
    BackfillRun run = end.run();
    progress.accept(
        "round %d of %d: %s %s"
            .formatted(
                round,
                options.rounds(),
                contender,
                run == null
                    ? "did not finish: " + end.failure()
                    : "%d windows in %.1f s".formatted(run.windows(), run.seconds())));
    if (run == null) {
      failures.put(contender, end.failure());
    }
    return run;
  }

  private static ByteSize heap(Contender contender) {
    return contender.runner() == null ? HEAP : STOCK_HEAP;
  }

  /** Makes the windows anew, and checks them. */
  private Attempt.End attempt(Contender contender, ByteSize heap, Duration deadline)
      throws IOException, SQLException, InterruptedException {
    medallion.reset();
    int some = windowsOf(contender);
    Attempt.End end =
        new Attempt(
                contender,
                server.jdbcUrl(),
                data,
                windows,
                some,
                options.parallelism(),
                heap,
                deadline,
                options.command())
            .run();
    if (end.run() != null) {
      if (some == windows.size()) {
        medallion.check(contender.toString(), medallion.all());
      }
      Integer few = options.baselineWindows();
      if (few != null && few < windows.size()) {
        HourWindow first = new HourWindow(windows.get(0).from(), windows.get(few - 1).to());
        medallion.check(contender.toString(), medallion.of(first));
      }
    }
    return end;
  }

  private int windowsOf(Contender contender) {
    Integer few = options.baselineWindows();
    return few == null || contender.runner() == null
        ? windows.size()
        : Math.min(few, windows.size());
  }

  private BackfillResult heaps() throws IOException, SQLException, InterruptedException {
    Map<Contender, ByteSize> heaps = new TreeMap<>();
    for (Contender contender : options.contenders()) {
      ByteSize most = heap(contender);
      Attempt.End end = attempt(contender, most, DEADLINE);
      BackfillRun run = end.run();
      if (run == null) {
        failures.put(contender, "with %s: %s".formatted(most, end.failure()));
        continue;
      }
      Duration limit = START.plusMillis(Math.round(SLOWER * run.seconds() * 1000));
      ByteSize smallest =
          SmallestHeap.find(
              SmallestHeap.STEP,
              most,
              tried -> {
                boolean done = attempt(contender, tried, limit).run() != null;
                progress.accept(
                    "%s, -Xmx %s: %s".formatted(contender, tried, done ? "done" : "too small"));
                return done;
              });
      heaps.put(contender, smallest);
    }
    return result(heaps);
  }

  private BackfillResult result(Map<Contender, ByteSize> heaps) {
    List<BackfillResult.Line> lines = new ArrayList<>();
    for (Contender contender : options.contenders()) {
      lines.add(line(contender, heaps.get(contender)));
    }
    return new BackfillResult(
        data.rows(), data.stations(), windows.size(), options.parallelism(), lines);
  }

  private BackfillResult.Line line(Contender contender, @Nullable ByteSize smallestHeap) {
    List<BackfillRun> runs =
        rounds.stream()
            .filter(round -> round.containsKey(contender))
            .map(round -> round.get(contender))
            .collect(Collectors.toList());
    return new BackfillResult.Line(
        contender.toString(),
        windowsOf(contender),
        failures.getOrDefault(contender, ""),
        BackfillResult.spread(runs, BackfillRun::seconds),
        BackfillResult.spread(runs, BackfillRun::secondsPerWindow),
        BackfillResult.spread(runs, BackfillRun::rowsPerSecond),
        BackfillResult.spread(runs, BackfillRun::cpuSeconds),
        BackfillResult.spread(runs, run -> (double) run.peakRssBytes()),
        ratio(contender, Contender.NAIVE),
        ratio(contender, Contender.WINDOW),
        runs.isEmpty() ? null : runs.get(runs.size() - 1).jvms(),
        smallestHeap == null ? null : smallestHeap.bytes());
  }

  /** How many times as fast as a baseline a window is made, in the rounds that both finished. */
  private @Nullable Spread ratio(Contender contender, Contender baseline) {
    List<Double> bases = new ArrayList<>();
    List<Double> own = new ArrayList<>();
    for (Map<Contender, BackfillRun> round : rounds) {
      BackfillRun base = round.get(baseline);
      BackfillRun run = round.get(contender);
      if (base != null && run != null) {
        bases.add(base.secondsPerWindow());
        own.add(run.secondsPerWindow());
      }
    }
    return own.isEmpty() ? null : Spread.ofRatios(bases, own);
  }
}
