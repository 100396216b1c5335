// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code millrace flink down}. */
@Command(
    name = "down",
    sortOptions = false,
    description = "Ends the cluster that `up` started, and nothing else.")
final class FlinkDownCommand extends ClusterCommand {

  FlinkDownCommand(Console console) {
    super(console);
  }

  @Override
  Outcome work(FlinkCluster cluster, Stop stop) throws Exception {
    Optional<FlinkCluster.State> ended = cluster.down();
    long processes =
        ended.stream()
            .flatMap(state -> state.members().stream())
            .filter(FlinkCluster.Member::alive)
            .count();
    return new Outcome(
        Counts.NONE,
        List.of(
            ended.isPresent()
                ? "The cluster at %s is down; its logs are in %s"
                    .formatted(ended.get().address(), ended.get().folder().resolve("log"))
                : "No cluster runs"),
        Map.of("processes_ended", processes),
        ExitCode.DONE);
  }
}
