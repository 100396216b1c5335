// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.pipeline;

import dev.millrace.observe.ResidentMemory;
import dev.millrace.runners.child.Children;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Logs;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.flink.Placement;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.DatabaseUse;
import dev.millrace.runners.run.MemoryUse;
import dev.millrace.runners.run.Outcome;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.RunSummary;
import dev.millrace.runners.run.StageUse;
import dev.millrace.runners.run.Work;
import dev.millrace.runners.watch.Monitoring;
import dev.millrace.runners.watch.Regression;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that runs something: the log, the signals, the summary and the exit code around it. */
public abstract class RunCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private CommonOptions common = new CommonOptions();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before anything else happens
  protected RunCommand(Console console) {
    this.console = console;
  }

  /** The options that all commands share. */
  protected CommonOptions common() {
    return common;
  }

  /** The command and its options, in words that do the same when they are said again. */
  public List<String> words() {
    return CommandWords.of(spec);
  }

  /** Whether it moves rows, so that how fast is worth telling. */
  protected boolean moves() {
    return true;
  }

  /** Whether it is worth a line in the history: it does not only look. */
  protected boolean isKept() {
    return !common.dryRun;
  }

  /** What to do. Called after the options were read; may be long and may fail. */
  protected abstract Work work();

  /**
   * Checks whether this command can do what the shared options ask for.
   *
   * @throws UsageException if it cannot
   */
  protected void check(CommonOptions options) {}

  /** How many pipelines run at a time in this process. */
  protected int pipelines() {
    return 1;
  }

  /** What it works on, the same for all runs that are to be compared. */
  protected String pipeline() {
    return spec.name();
  }

  @Override
  public final Integer call() {
    try (Stop stop = Stop.onSignals();
        Logs logs = Logs.to(console, common.verbose, common.quiet)) {
      Run run = new Run(console, common, stop);
      Children.heedParent(stop);
      try (Monitoring monitoring = new Monitoring(run)) {
        return call(run, monitoring);
      }
    }
  }

  private int call(Run run, Monitoring monitoring) {
    try {
      Placement.settle(common, pipelines());
      check(common);
      limit(run.stop());
      monitoring.start(spec.name(), pipeline(), CommandWords.configuration(spec), isKept());
      Outcome outcome = work().run(run);
      return end(run, monitoring, outcome, null, outcome.exitCode());
    } catch (Throwable failure) {
      return fail(run, monitoring, failure);
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

  private int fail(Run run, Monitoring monitoring, Throwable failure) {
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
    return end(run, monitoring, Outcome.of(Counts.NONE), error, code);
  }

  private int end(
      Run run, Monitoring monitoring, Outcome outcome, @Nullable String error, int given) {
    int exitCode = given == ExitCode.DONE ? alarmed(monitoring) : given;
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
    Optional<Map<String, Object>> profile = monitoring.profile();
    if (profile.isPresent()) {
      summary = summary.with("recording", profile.get());
    }
    Optional<Regression> compared = error == null ? monitoring.compare(summary) : Optional.empty();
    if (compared.isPresent()) {
      Regression regression = compared.get();
      summary = summary.with("regression", regression.toMap());
      exitCode = regression.exitCode(exitCode);
      String sentence = regression.sentence(spec.name());
      if (sentence != null) {
        console.err().println(sentence);
      }
    }
    String json = summary.toJson();
    monitoring.end(summary, json, exitCode);
    if (common.json) {
      console.out().println(json);
    } else if (error == null) {
      List<String> lines = moves() ? summary.toLines() : outcome.report();
      lines.forEach(console.out()::println);
    }
    return exitCode;
  }

  /** What to end with when all was done. */
  private int alarmed(Monitoring monitoring) {
    Optional<String> critical = monitoring.critical();
    critical.ifPresent(
        alert -> console.err().println("Cannot let this run pass: its alert " + alert));
    return critical.isPresent() ? ExitCode.THRESHOLD : ExitCode.DONE;
  }
}
