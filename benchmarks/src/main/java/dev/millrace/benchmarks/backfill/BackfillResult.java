// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.benchmarks.measure.Spread;
import dev.millrace.control.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What was measured.
 *
 * @param rows of bronze
 * @param stations that they are of
 * @param windows that there are
 * @param parallelism threads of each pipeline
 */
public record BackfillResult(
    long rows, int stations, int windows, int parallelism, List<Line> lines) {

  /** What fresh JVMs may cost of a window that is worth them. */
  private static final double WORTH = 0.05;

  public BackfillResult {
    lines = List.copyOf(lines);
  }

  /**
   * What came of a contender, over the rounds that it finished; null where there was none.
   *
   * @param windows that it made: of fewer than all there is no total
   * @param failure why it did not finish; empty if it did
   * @param seconds from before the start of its JVM to after its end
   * @param rowsPerSecond of bronze, of the windows that it made
   * @param cpuSeconds of its JVMs together
   * @param peakRssBytes the most that its JVMs had resident at once
   * @param timesNaive how many times as fast as {@link Contender#NAIVE} it made a window
   * @param timesWindow the same of {@link Contender#WINDOW}
   * @param jvms what fresh JVMs cost in the last round, start-up included; null if it started none
   * @param smallestHeapBytes that suffices; null if it was not looked for
   */
  public record Line(
      String contender,
      int windows,
      String failure,
      @Nullable Spread seconds,
      @Nullable Spread secondsPerWindow,
      @Nullable Spread rowsPerSecond,
      @Nullable Spread cpuSeconds,
      @Nullable Spread peakRssBytes,
      @Nullable Spread timesNaive,
      @Nullable Spread timesWindow,
      @Nullable JsonNode jvms,
      @Nullable Long smallestHeapBytes) {

    private static String head() {
      return row(
          "", "windows", "s", "s/window", "rows/s", "CPU s", "RSS MiB", "x naive", "x window");
    }

    private String text() {
      if (smallestHeapBytes != null) {
        return "%-24s -Xmx %s".formatted(contender, ByteSize.ofBytes(smallestHeapBytes));
      }
      if (seconds == null) {
        return "%-24s did not finish: %s".formatted(contender, failure);
      }
      return row(
          contender,
          String.valueOf(windows),
          range(seconds, "%.1f"),
          range(secondsPerWindow, "%.2f"),
          range(rowsPerSecond, "%,.0f"),
          middle(cpuSeconds, 1, "%.1f"),
          middle(peakRssBytes, 1 << 20, "%,.0f"),
          range(timesNaive, "%.2f"),
          range(timesWindow, "%.2f"));
    }

    private @Nullable String startUp() {
      return jvms == null
          ? null
          : String.format(
              Locale.ROOT,
              "%s: %d fresh JVMs, start-up %.2f s each, CPU %.1f s, peak RSS %,d MiB each",
              contender,
              jvms.path("processes").asInt(),
              jvms.path("start_up_seconds").asDouble()
                  / Math.max(1, jvms.path("processes").asInt()),
              jvms.path("cpu_seconds").asDouble(),
              jvms.path("peak_rss_bytes").asLong() >> 20);
    }

    private static String row(String name, String... cells) {
      return String.format(
          Locale.ROOT, "%-24s %7s %-22s %-20s %-26s %8s %8s %-22s %s", array(name, cells));
    }

    private static Object[] array(String name, String... cells) {
      List<Object> all = new ArrayList<>();
      all.add(name);
      all.addAll(List.of(cells));
      return all.toArray();
    }

    private static String middle(@Nullable Spread spread, double unit, String form) {
      return spread == null ? "-" : String.format(Locale.ROOT, form, spread.median() / unit);
    }

    private static String range(@Nullable Spread spread, String form) {
      if (spread == null) {
        return "-";
      }
      String middle = String.format(Locale.ROOT, form, spread.median());
      return spread.count() == 1
          ? middle
          : middle
              + String.format(
                  Locale.ROOT, " (" + form + " to " + form + ")", spread.min(), spread.max());
    }
  }

  static @Nullable Spread spread(List<BackfillRun> runs, ToDoubleFunction<BackfillRun> figure) {
    return runs.isEmpty() ? null : Spread.of(runs.stream().mapToDouble(figure).boxed().toList());
  }

  /** A table for people: the middle of the rounds, and the least and the most. */
  public List<String> text() {
    List<String> text = new ArrayList<>();
    text.add(
        "%,d rows of bronze, %d stations, %d windows, parallelism %d"
            .formatted(rows, stations, windows, parallelism));
    text.add(Line.head());
    lines.forEach(line -> text.add(line.text()));
    for (Line line : lines) {
      String startUp = line.startUp();
      if (startUp != null) {
        text.add(startUp);
        text.add(line.contender() + ": " + worth(line));
      }
    }
    return text;
  }

  /**
   * From how many rows on the fresh JVMs of a contender cost little of a window, by what a window
   * here took longer than in one JVM, and how many rows a second that one makes.
   */
  private String worth(Line isolated) {
    Line one =
        lines.stream()
            .filter(line -> line.contender().equals(Contender.MILLRACE_NONE.toString()))
            .findFirst()
            .orElse(null);
    if (one == null || one.secondsPerWindow() == null || isolated.secondsPerWindow() == null) {
      return "what they cost a window is not known without " + Contender.MILLRACE_NONE;
    }
    double more = isolated.secondsPerWindow().median() - one.secondsPerWindow().median();
    if (more <= 0) {
      return "they cost a window nothing";
    }
    double rate = (double) rows / windows / one.secondsPerWindow().median();
    return String.format(
        Locale.ROOT,
        "they cost a window %.2f s, which is %.0f %% of one of %,.0f rows",
        more,
        WORTH * 100,
        more / WORTH * rate);
  }
}
