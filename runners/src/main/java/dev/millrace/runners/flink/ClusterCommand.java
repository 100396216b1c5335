// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Logs;
import dev.millrace.runners.console.Sentence;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.run.Outcome;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command about the cluster of this machine: its folder, and the answer in either form. */
abstract class ClusterCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = {
        "The cluster's folder: its processes, configuration and logs;",
        "default: millrace/flink in $XDG_STATE_HOME, or in ~/.local/state."
      })
  @Nullable Path dir;

  @Option(names = "--json", description = "Answer with one JSON object.")
  boolean json;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Read options from this YAML file instead of millrace.yaml.")
  String config = "";

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the stack trace of a failure.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before anything else happens
  ClusterCommand(Console console) {
    this.console = console;
  }

  /** Does it, and says what there is to say. */
  abstract Outcome work(FlinkCluster cluster, Stop stop) throws Exception;

  Console console() {
    return console;
  }

  /** The cluster of a folder, or of the usual one. */
  static FlinkCluster cluster(@Nullable Path dir, Console console) {
    return FlinkCluster.in(dir == null ? usualFolder(console.environment()) : dir);
  }

  private static Path usualFolder(Map<String, String> environment) {
    return Console.state(environment).resolve("flink");
  }

  @Override
  public final Integer call() {
    try (Stop stop = Stop.onSignals()) {
      try {
        Outcome outcome = work(cluster(dir, console), stop);
        outcome.report().forEach(json ? line -> {} : console.out()::println);
        tell("done", outcome.details(), null);
        return outcome.exitCode();
      } catch (Exception failure) {
        boolean stopped = stop.isRequested();
        String error =
            stopped
                ? "Cannot finish %s: it was stopped by a signal".formatted(name())
                : Sentence.of(name(), failure);
        if (verbose) {
          console.err().print(Logs.stackTrace(failure));
        }
        console.err().println(error);
        tell("failed", Map.of(), error);
        return stopped ? ExitCode.STOPPED : Sentence.exitCode(failure);
      }
    }
  }

  private String name() {
    return "flink " + spec.name();
  }

  private void tell(String status, Map<String, ?> details, @Nullable String error) {
    if (!json) {
      return;
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("command", name());
    fields.put("status", status);
    fields.putAll(details);
    if (error != null) {
      fields.put("error", error);
    }
    try {
      console.out().println(new ObjectMapper().writeValueAsString(fields));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write the answer: " + e.getMessage(), e);
    }
  }
}
