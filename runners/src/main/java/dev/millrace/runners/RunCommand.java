// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.util.List;
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

  /** What to do. Called after the options were read; may be long and may fail. */
  abstract Work work();

  /**
   * Checks whether this command can do what the shared options ask for.
   *
   * @throws UsageException if it cannot
   */
  void check(CommonOptions options) {}

  @Override
  public final Integer call() {
    try (Stop stop = Stop.onSignals()) {
      Logs logs = Logs.to(console, common.verbose, common.quiet);
      Run run = new Run(console, common, stop);
      try {
        Placement.settle(common);
        check(common);
        limit(stop);
        Outcome outcome = work().run(run);
        return tell(run, outcome, null, outcome.exitCode());
      } catch (Throwable failure) {
        return fail(run, failure);
      } finally {
        logs.close();
      }
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

  private int fail(Run run, Throwable failure) {
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
    return common.json ? tell(run, Outcome.of(Counts.NONE), error, code) : code;
  }

  private int tell(Run run, Outcome outcome, @Nullable String error, int code) {
    RunSummary summary =
        new RunSummary(
            spec.name(),
            run.id(),
            common.runner.toString(),
            run.elapsed(),
            PeakMemory.residentBytes(),
            common.dryRun ? null : run.attempts(),
            run.jobs(),
            common.runner.isCluster() ? null : DatabaseUse.ofThisJvm(),
            common.runner.isCluster() ? null : StageUse.since(run.stagesBefore(), run),
            common.runner.isCluster() ? null : MemoryUse.ofThisJvm(),
            outcome,
            error);
    if (common.json) {
      console.out().println(summary.toJson());
    } else {
      List<String> lines = moves() ? summary.toLines() : outcome.report();
      lines.forEach(console.out()::println);
    }
    return code;
  }
}
