// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkLogs;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace flink logs}. */
@Command(
    name = "logs",
    sortOptions = false,
    description = {
      "Shows the end of the log of one of a cluster's processes, or why a job failed; of neither,",
      "the processes and the last warnings and errors of each."
    })
final class FlinkLogsCommand extends JobsCommand {

  private static final int FEW = 10;
  private static final int MANY = 100;

  /** In the form of Flink's own log4j.properties, and ours. */
  private static final Predicate<String> ALARMING =
      Pattern.compile("^[-\\d]+ [\\d:.,]+ +\\[?(WARN|ERROR|FATAL)\\b.*").asMatchPredicate();

  @Parameters(
      paramLabel = "JOB|PROCESS",
      arity = "0..1",
      description = {
        "A process, as jobmanager or the beginning of a TaskManager's name; or a job, by",
        "its id, the beginning of that, or its name."
      })
  @Nullable String word;

  @Option(
      names = "--lines",
      paramLabel = "N",
      converter = CommonOptions.PositiveConverter.class,
      description = "Lines of each at most, 1 to 1024; default: 100, or 10 of each process.")
  @Nullable Integer lines;

  FlinkLogsCommand(Console console) {
    super(console);
  }

  @Override
  Outcome work(FlinkRest rest, Stop stop) throws IOException {
    FlinkLogs logs = rest.logs();
    List<String> processes = logs.processes();
    List<String> told = new ArrayList<>();
    if (word == null) {
      for (String process : processes) {
        told.add(process);
        tail(logs, process, lines == null ? FEW : lines, ALARMING)
            .forEach(line -> told.add("  " + line));
      }
    } else {
      Optional<String> process = process(processes, word);
      int most = lines == null ? MANY : lines;
      if (process.isPresent()) {
        told.addAll(tail(logs, process.get(), most, line -> true));
      } else {
        told.addAll(failures(logs, job(rest, processes, word), most));
      }
    }
    List<String> shown = told.stream().map(Sentence::redact).toList();
    return new Outcome(
        Counts.NONE, shown, Map.of("processes", processes, "lines", shown), ExitCode.DONE);
  }

  private static Optional<String> process(List<String> processes, String word) {
    if (processes.contains(word)) {
      return Optional.of(word);
    }
    List<String> meant = processes.stream().filter(each -> each.startsWith(word)).toList();
    if (meant.size() > 1) {
      throw new UsageException(
          "Invalid process: %s (must mean one, and means %s)"
              .formatted(word, String.join(", ", meant)));
    }
    return meant.stream().findFirst();
  }

  private static FlinkRest.Job job(FlinkRest rest, List<String> processes, String word)
      throws IOException {
    return find(rest.jobs(), word)
        .orElseThrow(
            () ->
                new UsageException(
                    "Invalid job or process: %s (must be a job that `flink list --all` shows, or one of %s)"
                        .formatted(word, String.join(", ", processes))));
  }

  private static List<String> tail(
      FlinkLogs logs, String process, int most, Predicate<String> wanted) throws IOException {
    return logs.tail(process, most, wanted).orElse(List.of("It has no log, or is gone."));
  }

  private static List<String> failures(FlinkLogs logs, FlinkRest.Job job, int most)
      throws IOException {
    List<FlinkLogs.Failure> failures = logs.failures(job.id());
    List<String> told = new ArrayList<>();
    told.add(
        "Job %s (%s) is %s; failures known: %d"
            .formatted(job.id(), job.name(), job.state(), failures.size()));
    for (FlinkLogs.Failure failure : failures) {
      told.add(
          "%s  %s%s"
              .formatted(
                  failure.at().truncatedTo(ChronoUnit.SECONDS),
                  failure.task().isEmpty() ? "the job" : failure.task(),
                  failure.process().isEmpty() ? "" : " on " + failure.process()));
      failure.trace().lines().limit(most).forEach(line -> told.add("  " + line));
    }
    return told;
  }
}
