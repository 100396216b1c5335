// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.monitor.dashboard.Dashboard;
import dev.millrace.monitor.dashboard.DashboardException;
import dev.millrace.monitor.history.HistoryException;
import dev.millrace.monitor.run.Status;
import dev.millrace.observe.ResidentMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that runs something: the log, the signals, the summary and the exit code around it. */
abstract class RunCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private CommonOptions common = new CommonOptions();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before anything else happens
  RunCommand(Console console) {
    this.console = console;
  }

  /** The options that all commands share. */
  CommonOptions common() {
    return common;
  }

  /** The command and its options, in words that do the same when they are said again. */
  List<String> words() {
    return CommandWords.of(spec);
  }

  /** Whether it moves rows, so that how fast is worth telling. */
  boolean moves() {
    return true;
  }

  /** Whether it is worth a line in the history: it does not only look. */
  boolean isKept() {
    return !common.dryRun;
  }

  /** What to do. Called after the options were read; may be long and may fail. */
  abstract Work work();

  /**
   * Checks whether this command can do what the shared options ask for.
   *
   * @throws UsageException if it cannot
   */
  void check(CommonOptions options) {}

  /** What it works on, the same for all runs that are to be compared. */
  String pipeline() {
    return spec.name();
  }

  @Override
  public final Integer call() {
    try (Stop stop = Stop.onSignals()) {
      Logs logs = Logs.to(console, common.verbose, common.quiet);
      Run run = new Run(console, common, stop);
      Recorder recorder = null;
      Dashboard dashboard = null;
      try {
        Placement.settle(common);
        check(common);
        limit(stop);
        recorder = record(run);
        dashboard = dashboard(run);
        Outcome outcome = work().run(run);
        return end(run, recorder, outcome, null, outcome.exitCode());
      } catch (Throwable failure) {
        return fail(run, recorder, failure);
      } finally {
        if (recorder != null) {
          recorder.close();
        }
        if (dashboard != null) {
          dashboard.close();
        }
        logs.close();
      }
    }
  }

  /** Null if the run is not to be kept, or cannot be, and nobody asked for it. */
  private @Nullable Recorder record(Run run) {
    Alarms alarms = Alarms.of(common, console.environment());
    boolean none = common.history.equals(Recorder.NONE);
    if (common.failOnRegression && (none || common.detached)) {
      throw new UsageException(
          "Invalid --fail-on-regression: true (must be left out with %s)"
              .formatted(
                  none
                      ? "--history=none, which has nothing to compare with"
                      : "--detached, which does not wait"));
    }
    if (none && common.wantsAlerts()) {
      throw new UsageException(
          "Invalid --history: none (must be left out with --alerts, --alert-webhook and"
              + " --fail-on-alert, which look at what is recorded)");
    }
    if (!isKept() || none) {
      return null;
    }
    try {
      return Recorder.start(
          run, history(), spec.name(), pipeline(), CommandWords.configuration(spec), alarms);
    } catch (HistoryException e) {
      if (!common.history.isEmpty() || common.failOnRegression || common.wantsAlerts()) {
        throw new UsageException(String.valueOf(e.getMessage()), e);
      }
      run.tell("This run is not recorded: " + e.getMessage());
      return null;
    }
  }

  private Path history() {
    return common.history.isEmpty() ? Recorder.usualFile(console) : Path.of(common.history);
  }

  private @Nullable Dashboard dashboard(Run run) {
    if (common.dashboard == null || !isKept()) {
      return null;
    }
    if (common.history.equals(Recorder.NONE)) {
      throw new UsageException(
          "Invalid --dashboard: %d (must be left out with --history=none, which it shows)"
              .formatted(common.dashboard));
    }
    try {
      Dashboard dashboard = Dashboard.start(history(), common.dashboard);
      run.tell("The dashboard is at " + dashboard.url());
      return dashboard;
    } catch (DashboardException | HistoryException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private void limit(Stop stop) {
    if (common.deadline != null) {
      if (common.detached) {
        throw new UsageException(
            "Invalid --deadline: %s (must be left out with --detached, which does not wait)"
                .formatted(DurationConverter.text(common.deadline)));
      }
      stop.requestAfter(
          common.deadline,
          "its deadline came, %s after it began"
              .formatted(DurationConverter.text(common.deadline)));
    }
  }

  private int fail(Run run, @Nullable Recorder recorder, Throwable failure) {
    String stopped = run.stop().reason();
    String error =
        stopped != null
            ? "Cannot finish %s: %s".formatted(spec.name(), stopped)
            : Sentence.of(spec.name(), failure);
    if (common.verbose) {
      console.err().print(Logs.stackTrace(failure));
    }
    console.err().println(error);
    int code =
        run.stop().isSignal()
            ? ExitCode.STOPPED
            : stopped != null ? ExitCode.FAILED : Sentence.exitCode(failure);
    return end(run, recorder, Outcome.of(Counts.NONE), error, code);
  }

  private int end(
      Run run, @Nullable Recorder recorder, Outcome outcome, @Nullable String error, int given) {
    int code = given == ExitCode.DONE && recorder != null ? alarmed(recorder) : given;
    boolean cluster = common.runner.isCluster();
    RunSummary summary =
        new RunSummary(
            spec.name(),
            run.id(),
            common.runner.toString(),
            run.elapsed(),
            ResidentMemory.peakBytes(),
            common.dryRun ? null : run.attempts(),
            run.jobs(),
            cluster ? null : DatabaseUse.ofThisJvm(),
            cluster ? null : StageUse.since(run.stagesBefore(), run),
            cluster ? null : MemoryUse.ofThisJvm(),
            outcome,
            error);
    int exitCode = code;
    if (recorder != null && common.failOnRegression && error == null) {
      Regression regression = new Regression(recorder.compare(summary));
      summary = summary.with("regression", regression.toMap());
      exitCode = regression.exitCode(code);
      String sentence = regression.sentence(spec.name());
      if (sentence != null) {
        console.err().println(sentence);
      }
    }
    if (recorder != null) {
      Status failed = run.stop().reason() == null ? Status.FAILED : Status.STOPPED;
      recorder.end(summary, error == null ? Status.DONE : failed, exitCode);
    }
    if (common.json) {
      console.out().println(summary.toJson());
    } else if (error == null) {
      List<String> lines = moves() ? summary.toLines() : outcome.report();
      lines.forEach(console.out()::println);
    }
    return exitCode;
  }

  /** What to end with when all was done. */
  private int alarmed(Recorder recorder) {
    Optional<String> critical = common.failOnAlert ? recorder.settle() : Optional.empty();
    critical.ifPresent(
        alert -> console.err().println("Cannot let this run pass: its alert " + alert));
    return critical.isPresent() ? ExitCode.THRESHOLD : ExitCode.DONE;
  }
}
