// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import dev.millrace.benchmarks.measure.Spread;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Looks the account of each of many visits up in a table: by one query a row, by one query for each
 * row that is not in a cache, and by Millrace with and without its cache. Each in a fresh JVM, in
 * rounds, so that what disturbs the machine disturbs all of them.
 *
 * <p>Rerun: {@code ./millrace bench caching --rows=5000000 --rounds=3}.
 */
public final class CachingBench {

  private static final List<String> FLAGS = List.of("-Xmx8g");

  private static final Duration DEADLINE = Duration.ofHours(1);

  private CachingBench() {}

  /**
   * What to measure.
   *
   * @param visits to enrich, 1 or more; default 5,000,000
   * @param accounts that may be visited, 1 or more; default 1,000,000
   * @param rounds how often everything is measured, 1 or more; default 3
   * @param parallelism slots of Flink; default 2
   * @param contenders who takes part; default all
   */
  public record Options(
      long visits, int accounts, int rounds, int parallelism, Set<Contender> contenders) {

    public Options {
      atLeastOne("number of rows", visits);
      atLeastOne("number of accounts", accounts);
      atLeastOne("number of rounds", rounds);
      atLeastOne("number of contenders", contenders.size());
      contenders = Collections.unmodifiableSet(new TreeSet<>(contenders));
    }

    public static Options defaults() {
      return new Options(5_000_000, 1_000_000, 3, 2, Set.of(Contender.values()));
    }

    private static void atLeastOne(String thing, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(
            "Invalid %s: %d (must be 1 or more)".formatted(thing, value));
      }
    }
  }

  /**
   * What came of a contender.
   *
   * @param rowsPerSecond of all rounds
   * @param ratio to it by the contender that does one query a row on the same runner, in the same
   *     round; of one value 1 where that took no part
   */
  public record Line(Contender contender, Spread rowsPerSecond, Spread ratio) {

    /** What stands above the rows. */
    public static String head() {
      return "%-26s %-36s %s".formatted("", "rows/s", "x one query a row, same runner");
    }

    /** As a row of a table. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "%-26s %-36s %.2f (%.2f to %.2f)",
          contender,
          String.format(
              Locale.ROOT,
              "%,.0f (%,.0f to %,.0f)",
              rowsPerSecond.median(),
              rowsPerSecond.min(),
              rowsPerSecond.max()),
          ratio.median(),
          ratio.min(),
          ratio.max());
    }
  }

  /**
   * Measures.
   *
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if a contender fails, or finds something else than the server
   */
  public static List<Line> run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    try (VisitTables tables = VisitTables.create(options.visits(), options.accounts())) {
      LookupMain.Sums expected = tables.expected();
      progress.accept(
          "%,d visits to %,d of %,d accounts"
              .formatted(expected.visits(), tables.visited(), options.accounts()));
      Map<Contender, List<Double>> rates = new EnumMap<>(Contender.class);
      for (int round = 1; round <= options.rounds(); round++) {
        List<Contender> order = new ArrayList<>(options.contenders());
        Collections.rotate(order, -(round - 1) * order.size() / options.rounds());
        for (Contender contender : order) {
          LookupJob job = new LookupJob(contender, tables.spec(), options.parallelism());
          double rate = expected.visits() / measure(job, expected);
          rates.computeIfAbsent(contender, each -> new ArrayList<>()).add(rate);
          progress.accept(
              "round %d of %d: %s %,.0f rows/s"
                  .formatted(round, options.rounds(), contender, rate));
        }
      }
      return lines(rates);
    }
  }

  private static double measure(LookupJob job, LookupMain.Sums expected)
      throws IOException, InterruptedException {
    ChildJvm child = new ChildJvm(LookupMain.class, FLAGS, DEADLINE);
    Outcome<LookupMain.Ended> outcome = child.run(job, LookupMain.Ended.class);
    LookupMain.Ended ended = outcome.answer();
    if (ended == null || !ended.sums().equals(expected)) {
      throw new IllegalStateException(
          "Cannot trust %s: it found %s where %s was right; %s"
              .formatted(
                  job.contender(),
                  ended == null ? "nothing" : ended.sums(),
                  expected,
                  outcome.errors()));
    }
    return ended.seconds();
  }

  private static List<Line> lines(Map<Contender, List<Double>> rates) {
    List<Line> lines = new ArrayList<>();
    rates.forEach(
        (contender, all) -> {
          List<Double> base = rates.getOrDefault(contender.baseline(), all);
          lines.add(new Line(contender, Spread.of(all), Spread.ofRatios(all, base)));
        });
    return lines;
  }
}
