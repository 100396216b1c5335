// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.Logs;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.HistoryFile;
import dev.millrace.runners.option.Settings;
import dev.millrace.runners.run.Run;
import dev.millrace.runners.run.RunSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace flink resume}: the command of a followed job once more, from its last state. */
@Command(
    name = "resume",
    sortOptions = false,
    description = {
      "Goes on with a followed job that was stopped, cancelled or failed, or that its cluster",
      "lost: submits the same command from its last savepoint or checkpoint."
    })
final class FlinkResumeCommand implements Callable<Integer> {

  private final Console console;
  private final OtherCommand other;

  @Parameters(
      paramLabel = "JOB",
      arity = "0..1",
      description = {
        "Its id, the beginning of that, its name, or what the ledger calls the copy;",
        "default: the only one that does not run."
      })
  @Nullable String job;

  @Option(
      names = "--from",
      paramLabel = "SAVEPOINT",
      description = "Another savepoint, or a checkpoint's folder chk-N; default: the newest.")
  @Nullable String from;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      converter = CommonOptions.PositiveConverter.class,
      description = "Splits worked on at a time from now on; default: as before.")
  @Nullable Integer parallelism;

  @Option(names = "--detached", description = "Submit the job, print its id and return.")
  boolean detached;

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = "The cluster to go on on; default: the same, or the one that `up` started.")
  @Nullable String address;

  @Option(names = "--dir", paramLabel = "DIR", description = "The folder of the cluster, as of up.")
  @Nullable Path dir;

  @Option(names = "--json", description = "End with the summary as one JSON object.")
  boolean json;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Read options from this YAML file instead of millrace.yaml.")
  String config = "";

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the log, and the stack trace of a failure.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  FlinkResumeCommand(Console console, OtherCommand other) {
    this.console = console;
    this.other = other;
  }

  @Override
  public Integer call() {
    try {
      return resume();
    } catch (Exception failure) {
      if (verbose) {
        console.err().print(Logs.stackTrace(failure));
      }
      String error = Sentence.of("resume", failure);
      console.err().println(error);
      if (json) {
        console.out().println(RunSummary.refused("flink resume", Run.newId(), error).toJson());
      }
      return Sentence.exitCode(failure);
    }
  }

  private int resume() throws IOException {
    Submissions submissions = Submissions.of(console.environment());
    Submission chosen = choose(submissions.all());
    requirePasswords(chosen);
    Optional<String> point =
        from != null
            ? Optional.of(ResumePoint.named(from))
            : ResumePoint.newest(chosen, answering(chosen.address())).map(ResumePoint::path);
    String cluster = cluster(chosen);
    List<String> words = words(chosen, cluster);
    if (point.isPresent()) {
      words.add("--from-savepoint=" + point.get());
    }
    console
        .err()
        .printf(
            "Going on with %s on %s %s%n",
            chosen.describe(),
            cluster,
            point
                .map(path -> "from " + path)
                .orElse("from what the ledger says: no checkpoint of it was complete"));
    return other.run(again(chosen, submissions), words.toArray(String[]::new));
  }

  private Submission choose(List<Submission> all) throws IOException {
    List<Submission> meant =
        all.stream().filter(each -> job == null || each.isMeantBy(job)).toList();
    if (meant.isEmpty()) {
      String known =
          all.isEmpty()
              ? "none was submitted from here"
              : all.stream().map(Submission::describe).collect(Collectors.joining(", "));
      throw job == null
          ? new IllegalStateException("Cannot resume: no followed job is known here")
          : new UsageException(
              "Invalid job: %s (must be a followed job submitted from here: %s)"
                  .formatted(job, known));
    }
    List<Submission> idle = new ArrayList<>();
    for (Submission each : meant) {
      if (!runs(each)) {
        idle.add(each);
      }
    }
    if (idle.isEmpty()) {
      Submission one = meant.get(0);
      throw new IllegalStateException(
          "Cannot resume %s: it runs on %s; end it first with `millrace flink stop %s`"
              .formatted(one.describe(), one.address(), Submission.brief(one.id())));
    }
    if (idle.size() > 1) {
      throw new UsageException(
          "Cannot resume: several jobs do not run, of which one must be named: "
              + idle.stream().map(Submission::describe).collect(Collectors.joining(", ")));
    }
    return idle.get(0);
  }

  private static boolean runs(Submission each) throws IOException {
    FlinkRest rest = answering(each.address());
    return rest != null && rest.job(each.id()).filter(known -> !known.job().ended()).isPresent();
  }

  /** The cluster at an address; null if none answers there. */
  private static @Nullable FlinkRest answering(String address) {
    FlinkRest rest = Placement.rest(JobsCommand.target(address));
    try {
      rest.overview();
      return rest;
    } catch (IOException gone) {
      return null;
    }
  }

  /** Where to go on: a cluster that was started anew may have another port. */
  private String cluster(Submission chosen) throws IOException {
    if (address != null) {
      return JobsCommand.target(address).address();
    }
    if (answering(chosen.address()) != null) {
      return chosen.address();
    }
    return ClusterCommand.cluster(dir, console)
        .state()
        .map(FlinkCluster.State::address)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Cannot resume %s: no cluster answers at %s; start one with `millrace flink up`, or name one with --address=HOST:PORT"
                        .formatted(chosen.describe(), chosen.address())));
  }

  private void requirePasswords(Submission chosen) {
    for (String role : chosen.passwords()) {
      String variable = "MILLRACE_" + role.toUpperCase(Locale.ROOT) + "_PASSWORD";
      if (!console.environment().containsKey(variable)
          && !console.environment().containsKey(variable + "_FILE")) {
        throw new UsageException(
            "Cannot resume %s: the password of its %s is not kept (must be in %s, or in a file that %s_FILE names)"
                .formatted(chosen.describe(), role, variable, variable));
      }
    }
  }

  private List<String> words(Submission chosen, String cluster) {
    List<String> words = new ArrayList<>(chosen.words());
    words.add("--runner=flink://" + cluster);
    if (parallelism != null) {
      words.removeIf(word -> word.startsWith("--parallelism="));
      words.add("--parallelism=" + parallelism);
    }
    if (detached) {
      words.add("--detached");
    }
    if (json) {
      words.add("--json");
    }
    if (verbose) {
      words.add("--verbose");
    }
    return words;
  }

  /** The world in which the words mean what they did: without options of the environment. */
  private Console again(Submission chosen, Submissions submissions) {
    Map<String, String> environment = new HashMap<>(chosen.environment());
    console
        .environment()
        .forEach(
            (name, value) -> {
              if (!Settings.isOption(name) || name.equals(HistoryFile.VARIABLE)) {
                environment.put(name, value);
              }
            });
    return new Console(
        console.out(), console.err(), environment, submissions.folder(), console.columns());
  }
}
