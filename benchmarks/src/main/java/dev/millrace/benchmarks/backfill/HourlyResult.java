// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.OtherJvm.Look;
import dev.millrace.benchmarks.measure.Spread;
import dev.millrace.benchmarks.measure.Trend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What was measured.
 *
 * @param rows of bronze that were there from the start
 * @param runs of each contender
 */
public record HourlyResult(long rows, int runs, List<Line> lines) {

  public HourlyResult {
    lines = List.copyOf(lines);
  }

  /**
   * A run.
   *
   * @param number from 1
   * @param alarmed whether it was said to be slower than those before it
   * @param look at the process that stays, after it; null if nobody looked
   */
  record Turn(int number, double seconds, boolean alarmed, @Nullable Look look) {}

  /**
   * What came of a contender. Trends are bytes for a run over the second half of the runs: in the
   * first, code is still compiled.
   *
   * @param stays the process whose memory is told
   * @param seconds of a run
   * @param alarms how many runs were said to be slower than those before them
   * @param first the first look
   * @param last the last look
   */
  public record Line(
      String contender,
      String stays,
      Spread seconds,
      int alarms,
      Look first,
      Look last,
      Trend rss,
      Trend live,
      Trend metaspace) {

    static String head() {
      return row(
          "",
          "s a run",
          "RSS MiB",
          "KiB a run",
          "live MiB",
          "KiB a run",
          "classes",
          "KiB a run",
          "alarms");
    }

    String text() {
      return row(
          contender,
          String.format(
              Locale.ROOT, "%.2f (%.2f to %.2f)", seconds.median(), seconds.min(), seconds.max()),
          change(Look::rssBytes),
          slope(rss),
          change(Look::liveBytes),
          slope(live),
          change(Look::metaspaceBytes),
          slope(metaspace),
          String.valueOf(alarms));
    }

    private String change(ToLongFunction<Look> bytes) {
      return String.format(
          Locale.ROOT,
          "%,.0f to %,.0f",
          bytes.applyAsLong(first) / 1048576.0,
          bytes.applyAsLong(last) / 1048576.0);
    }

    private static String slope(Trend trend) {
      return String.format(
          Locale.ROOT, "%+.1f ± %.1f", trend.slope() / 1024, trend.margin() / 1024);
    }

    private static String row(Object... cells) {
      return String.format(
          Locale.ROOT, "%-18s %-22s %-14s %-15s %-12s %-15s %-12s %-15s %s", cells);
    }
  }

  static Line line(HourlyContender contender, List<Turn> turns) {
    List<Turn> looked = turns.stream().filter(turn -> turn.look() != null).toList();
    List<Turn> second = looked.subList(looked.size() / 2, looked.size());
    return new Line(
        contender.toString(),
        contender.stays(),
        Spread.of(turns.stream().map(Turn::seconds).toList()),
        (int) turns.stream().filter(Turn::alarmed).count(),
        look(looked.get(0)),
        look(looked.get(looked.size() - 1)),
        trend(second, Look::rssBytes),
        trend(second, Look::liveBytes),
        trend(second, Look::metaspaceBytes));
  }

  private static Look look(Turn turn) {
    return Objects.requireNonNull(turn.look());
  }

  private static Trend trend(List<Turn> looked, ToLongFunction<Look> bytes) {
    return Trend.of(
        looked.stream()
            .map(turn -> new Trend.Point(turn.number(), bytes.applyAsLong(look(turn))))
            .toList());
  }

  /** A table for people: each slope with the half of its interval of 95 %. */
  public List<String> text() {
    List<String> text = new ArrayList<>();
    text.add("%,d rows of bronze, and %d hours after them, one by one".formatted(rows, runs));
    text.add(Line.head());
    lines.forEach(line -> text.add(line.text()));
    lines.forEach(line -> text.add("%s: memory of %s".formatted(line.contender(), line.stays())));
    return text;
  }
}
