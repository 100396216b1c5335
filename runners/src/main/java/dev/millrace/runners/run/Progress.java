// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.connect.Pool;
import dev.millrace.monitor.run.Grid;
import dev.millrace.observe.Bottleneck;
import dev.millrace.observe.Stage;
import dev.millrace.observe.StageTime;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.DaemonTimer;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells on standard error how far a run is, once it has lasted two seconds: on a terminal one line,
 * and one for each kind of parts that its work is cut into, which are drawn over twice a second;
 * elsewhere a line every ten seconds. Between two draws a terminal's cursor stands where the first
 * line begins, so that what others print takes its place, and all of it is drawn anew below.
 */
public final class Progress implements AutoCloseable {

  /** Goes back to the start of a terminal's line and empties it. */
  public static final String CLEAR_LINE = "\r\u001b[K";

  /** Empties what is below, too. */
  private static final String CLEAR_BELOW = "\r\u001b[J";

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration REDRAW = Duration.ofMillis(500);
  private static final Duration REPEAT = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(500);

  /**
   * How far the work is.
   *
   * @param label what is being done
   * @param done rows done
   * @param expected rows in all, perhaps an estimate; empty if unknown
   * @param unit what is counted
   * @param grid the parts that the work is cut into; null if it is not
   */
  public record Sample(
      String label, long done, OptionalLong expected, String unit, @Nullable Grid grid) {

    /** Of work that is not cut into parts. */
    public Sample(String label, long done, OptionalLong expected, String unit) {
      this(label, done, expected, unit, null);
    }

    /** Counts rows. */
    public Sample(String label, long done, OptionalLong expected) {
      this(label, done, expected, "rows");
    }
  }

  private final PrintStream err;
  private final int columns;
  private final Supplier<Sample> source;
  private final long startNanos = System.nanoTime();
  private final Map<String, StageTime> stagesBefore = Stage.times();
  private final Motion motion = new Motion();
  private boolean stallTold;
  private final DaemonTimer timer = new DaemonTimer("millrace-progress");

  Progress(PrintStream err, int columns, Supplier<Sample> source) {
    this.err = err;
    this.columns = columns;
    this.source = source;
  }

  /** Does something, and tells of it whenever it takes longer than two seconds. */
  public static <T> T during(Run run, Supplier<Sample> source, Callable<T> work) throws Exception {
    run.follow(source);
    Console console = run.console();
    Progress progress = new Progress(console.err(), console.columns(), source);
    if (!run.options().quiet) {
      progress.every(PATIENCE, console.terminal() ? REDRAW : REPEAT);
    }
    try {
      return work.call();
    } finally {
      progress.close();
    }
  }

  void every(Duration delay, Duration period) {
    timer.every(LOOK, LOOK, this::watch);
    timer.every(delay, period, this::tell);
  }

  /** Ends the telling and leaves a terminal's lines empty. */
  @Override
  public void close() {
    timer.close();
    if (columns > 0 && elapsed().compareTo(PATIENCE) >= 0) {
      err.print(CLEAR_BELOW);
      err.flush();
    }
  }

  /** The line itself. */
  static String line(Sample sample, Duration elapsed) {
    double seconds = elapsed.toMillis() / 1000.0;
    String rate = rate(sample.done() / seconds, sample.unit());
    long expected = sample.expected().orElse(0);
    if (expected < sample.done() || sample.done() == 0) {
      return String.format(
          Locale.ROOT, "%s: %,d %s, %s", sample.label(), sample.done(), sample.unit(), rate);
    }
    double share = (double) sample.done() / expected;
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d %s, %.0f %%, %s, %s left",
        sample.label(),
        sample.done(),
        expected,
        sample.unit(),
        Math.floor(100 * share),
        rate,
        clockTime(Math.round(seconds / share - seconds)));
  }

  /** What comes less than once a second is told by the minute. */
  private static String rate(double perSecond, String unit) {
    return perSecond > 0 && perSecond < 1
        ? String.format(Locale.ROOT, "%.0f %s/min", 60 * perSecond, unit)
        : String.format(Locale.ROOT, "%,.0f %s/s", perSecond, unit);
  }

  private static String clockTime(long seconds) {
    return seconds < 60
        ? seconds + " s"
        : seconds < 3600
            ? "%d min %d s".formatted(seconds / 60, seconds % 60)
            : "%d h %d min".formatted(seconds / 3600, seconds % 3600 / 60);
  }

  private void tell() {
    Sample sample = look();
    String line = line(sample, elapsed()) + (motion.isStalled() ? stalled() : slowest());
    err.print(columns > 0 ? drawn(line, sample.grid()) : line + System.lineSeparator());
    err.flush();
  }

  /** No line reaches a terminal's last column, where it would become two. */
  private String drawn(String line, @Nullable Grid grid) {
    List<String> lines = new ArrayList<>();
    lines.add(line.substring(0, Math.min(columns - 1, line.length())));
    if (grid != null) {
      lines.addAll(grid.text(columns - 1));
    }
    String up = lines.size() == 1 ? "" : "\u001b[%dA\r".formatted(lines.size() - 1);
    return CLEAR_LINE + String.join("\n" + CLEAR_LINE, lines) + up;
  }

  /** Tells at once, and once, that it stalls and what for; a terminal's line says so anyway. */
  private void watch() {
    look();
    if (columns == 0 && !stallTold && motion.isStalled() && !Pool.waits().isEmpty()) {
      tell();
    }
  }

  /** Sees whether something moved; on the timer's thread, as all that tells. */
  private Sample look() {
    Sample sample = source.get();
    if (motion.look(sample.done())) {
      stallTold = false;
    }
    return sample;
  }

  /** For how long nothing moved, and what is waited for as far as this JVM knows. */
  private String stalled() {
    List<String> waits = Pool.waits();
    stallTold = !waits.isEmpty();
    return ", stalled for %d s".formatted(motion.still().toSeconds())
        + (waits.isEmpty() ? "" : ": " + String.join("; ", waits));
  }

  /** Where most of the time since it began went, in few words. */
  private String slowest() {
    return Bottleneck.of(Stage.since(stagesBefore))
        .map(
            found ->
                String.format(
                    Locale.ROOT,
                    ", slowest: %s (%.0f %% %s)",
                    found.stage().stage(),
                    found.share() * 100,
                    found.cause().label()))
        .orElse("");
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
