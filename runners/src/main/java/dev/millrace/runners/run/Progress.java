// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.connect.Pool;
import dev.millrace.observe.Bottleneck;
import dev.millrace.observe.Stage;
import dev.millrace.observe.StageTime;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.DaemonTimer;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * Tells on standard error how far a run is, once it has lasted two seconds: on a terminal one line
 * that is drawn over twice a second, elsewhere a line every ten seconds.
 */
public final class Progress implements AutoCloseable {

  /** Goes back to the start of a terminal's line and empties it. */
  public static final String CLEAR_LINE = "\r\u001b[K";

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
   */
  public record Sample(String label, long done, OptionalLong expected, String unit) {

    /** Counts rows. */
    public Sample(String label, long done, OptionalLong expected) {
      this(label, done, expected, "rows");
    }
  }

  private final PrintStream err;
  private final boolean terminal;
  private final Supplier<Sample> source;
  private final long startNanos = System.nanoTime();
  private final Map<String, StageTime> stagesBefore = Stage.times();
  private final Motion motion = new Motion();
  private boolean stallTold;
  private final DaemonTimer timer = new DaemonTimer("millrace-progress");

  Progress(PrintStream err, boolean terminal, Supplier<Sample> source) {
    this.err = err;
    this.terminal = terminal;
    this.source = source;
  }

  /** Does something, and tells of it whenever it takes longer than two seconds. */
  public static <T> T during(Run run, Supplier<Sample> source, Callable<T> work) throws Exception {
    run.follow(source);
    Console console = run.console();
    Progress progress = new Progress(console.err(), console.terminal(), source);
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

  /** Ends the telling and leaves a terminal's line empty. */
  @Override
  public void close() {
    timer.close();
    if (terminal && elapsed().compareTo(PATIENCE) >= 0) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }

  /** The line itself. */
  static String line(Sample sample, Duration elapsed) {
    double seconds = elapsed.toMillis() / 1000.0;
    long perSecond = Math.round(sample.done() / seconds);
    long expected = sample.expected().orElse(0);
    if (expected < sample.done() || sample.done() == 0) {
      return String.format(
          Locale.ROOT,
          "%s: %,d %4$s, %,d %4$s/s",
          sample.label(),
          sample.done(),
          perSecond,
          sample.unit());
    }
    double share = (double) sample.done() / expected;
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d %7$s, %.0f %%, %,d %7$s/s, %s left",
        sample.label(),
        sample.done(),
        expected,
        Math.floor(100 * share),
        perSecond,
        clockTime(Math.round(seconds / share - seconds)),
        sample.unit());
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
    err.print(terminal ? CLEAR_LINE + line : line + System.lineSeparator());
    err.flush();
  }

  /** Tells at once, and once, that it stalls and what for; a terminal's line says so anyway. */
  private void watch() {
    look();
    if (!terminal && !stallTold && motion.isStalled() && !Pool.waits().isEmpty()) {
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
