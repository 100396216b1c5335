// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace flink submit}: another command, on a cluster. */
@Command(
    name = "submit",
    sortOptions = false,
    customSynopsis =
        "Usage: millrace flink submit [--address=HOST:PORT] [--dir=DIR] COMMAND [OPTION...]",
    description = {
      "Runs a command on the cluster that `up` started, or on another.",
      "The same as COMMAND --runner=flink://HOST:PORT."
    })
final class FlinkSubmitCommand implements Callable<Integer> {

  private final Console console;
  private final OtherCommand other;

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = "The cluster; default: the one that `up` started.")
  @Nullable String address;

  @Option(names = "--dir", paramLabel = "DIR", description = "The folder of the cluster, as of up.")
  @Nullable Path dir;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "1..*",
      description = "The command with its options, as in sync --table=orders.")
  List<String> command = List.of();

  FlinkSubmitCommand(Console console, OtherCommand other) {
    this.console = console;
    this.other = other;
  }

  @Override
  public Integer call() throws IOException {
    if (command.stream().anyMatch(word -> word.startsWith("--runner"))) {
      return refuse("Invalid option: --runner (must be left out: submit says where; or --address)");
    }
    if (command.get(0).equals("flink")) {
      return refuse("Invalid command: flink (must be one that runs a pipeline, as in sync)");
    }
    String cluster = address;
    if (cluster == null) {
      FlinkCluster.State state = ClusterCommand.cluster(dir, console).state().orElse(null);
      if (state == null) {
        console
            .err()
            .println(
                "Cannot submit: no cluster runs; start one with `millrace flink up`, or name one"
                    + " with --address=HOST:PORT");
        return ExitCode.FAILED;
      }
      cluster = state.address();
    }
    List<String> words = new ArrayList<>(command);
    words.add("--runner=flink://" + cluster);
    return other.run(console, words.toArray(String[]::new));
  }

  private int refuse(String sentence) {
    console.err().println(sentence);
    return ExitCode.USAGE;
  }
}
