// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.monitor.run.Snapshot.Edge;
import dev.millrace.observe.Stage;
import dev.millrace.observe.StageTime;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.option.CommonOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of a command: its options, its identity, its clock and the wish to end it. */
public final class Run {

  private static final DateTimeFormatter STARTED =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Besides those of the milliseconds, in 32 bits. */
  private static final int RANDOM_BITS = 22;

  private final Console console;
  private final CommonOptions options;
  private final Stop stop;
  private final String id = newId();
  private final long startNanos = System.nanoTime();
  private final Map<String, StageTime> stagesBefore = Stage.times();
  private final List<String> jobs = new ArrayList<>();
  private Consumer<String> submitted = job -> {};
  private volatile @Nullable Supplier<Progress.Sample> progress;
  private volatile List<Edge> flow = List.of();
  private volatile long endNanos;
  private long restarts;

  public Run(Console console, CommonOptions options, Stop stop) {
    this.console = console;
    this.options = options;
    this.stop = stop;
  }

  /** Sorts by time, to the millisecond, and tells apart what starts within one. */
  public static String newId() {
    Instant now = Instant.now();
    int fraction = now.get(ChronoField.MILLI_OF_SECOND);
    int random = ThreadLocalRandom.current().nextInt(1 << RANDOM_BITS);
    return "%s-%08x".formatted(STARTED.format(now), fraction << RANDOM_BITS | random);
  }

  public Console console() {
    return console;
  }

  public CommonOptions options() {
    return options;
  }

  public Stop stop() {
    return stop;
  }

  public String id() {
    return id;
  }

  /** A line about what happens, for people who did not ask for quiet. */
  public void tell(String line) {
    if (!options.quiet) {
      console.err().println(line);
    }
  }

  /** Sets what tells from now on how far it is. */
  public void follow(Supplier<Progress.Sample> source) {
    progress = source;
  }

  /** How far it is; empty before it knows. */
  public Optional<Progress.Sample> progress() {
    Supplier<Progress.Sample> source = progress;
    return source == null ? Optional.empty() : Optional.of(source.get());
  }

  /** Adds which stages of a pipeline hand on to which. */
  public synchronized void flows(List<Edge> edges) {
    Set<Edge> all = new LinkedHashSet<>(flow);
    all.addAll(edges);
    flow = List.copyOf(all);
  }

  /** Which stages of its pipelines hand on to which. */
  public List<Edge> flow() {
    return flow;
  }

  /** Names a job of a cluster that this run submitted. */
  public void addJob(String job) {
    jobs.add(job);
    submitted.accept(job);
  }

  /** Sets who is told of each job that is submitted from now on. */
  public void onJob(Consumer<String> told) {
    submitted = told;
  }

  /** The jobs that this run submitted to a cluster. */
  public List<String> jobs() {
    return List.copyOf(jobs);
  }

  /** Adds how often a cluster restarted a job of this run. */
  public void restarted(long times) {
    restarts += times;
  }

  /** How often the work was tried: once, and once more for each restart. */
  public long attempts() {
    return 1 + restarts;
  }

  /** What comes now is reported apart. */
  public void stopClock() {
    endNanos = System.nanoTime();
  }

  /** What the stages of this JVM had spent when it began. */
  public Map<String, StageTime> stagesBefore() {
    return stagesBefore;
  }

  public Duration elapsed() {
    return Duration.ofNanos((endNanos == 0 ? System.nanoTime() : endNanos) - startNanos);
  }
}
