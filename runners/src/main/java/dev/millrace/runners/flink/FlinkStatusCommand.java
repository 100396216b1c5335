// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code millrace flink status}. */
@Command(
    name = "status",
    sortOptions = false,
    description = "Shows the cluster's processes, slots and jobs.")
final class FlinkStatusCommand extends ClusterCommand {

  FlinkStatusCommand(Console console) {
    super(console);
  }

  @Override
  Outcome work(FlinkCluster cluster, Stop stop) throws Exception {
    Optional<FlinkCluster.State> found = cluster.state();
    if (found.isEmpty()) {
      return new Outcome(
          Counts.NONE, List.of("No cluster runs"), Map.of("running", false), ExitCode.FAILED);
    }
    FlinkCluster.State state = found.get();
    FlinkRest.Overview overview = null;
    List<FlinkRest.Job> jobs = List.of();
    try {
      overview = state.rest().overview();
      jobs = state.rest().jobs();
    } catch (IOException e) {
      // Its processes still tell something.
    }
    boolean whole =
        state.supervised()
            && overview != null
            && overview.slots() == state.taskManagers() * state.slots();
    return new Outcome(
        Counts.NONE,
        lines(state, overview, jobs),
        fields(state, overview, jobs),
        whole ? ExitCode.DONE : ExitCode.FAILED);
  }

  private static List<String> lines(
      FlinkCluster.State state, FlinkRest.@Nullable Overview overview, List<FlinkRest.Job> jobs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        overview == null
            ? "The cluster at %s does not answer".formatted(state.address())
            : "Flink %s at http://%s: %d of %d slots free"
                .formatted(
                    overview.flinkVersion(),
                    state.address(),
                    overview.freeSlots(),
                    state.taskManagers() * state.slots()));
    for (FlinkCluster.Member member : state.members()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-14s  pid %-8d %s%s",
              member.name(),
              member.pid(),
              member.alive() ? "runs" : "is dead",
              member.starts() > 1 ? ", started " + member.starts() + " times" : ""));
    }
    if (!state.supervised()) {
      lines.add("Nobody replaces what dies: the supervisor is gone; see `millrace flink down`.");
    }
    for (FlinkRest.Job job : jobs) {
      lines.add("  job %s  %-9s %s".formatted(job.id(), job.state(), job.name()));
    }
    return lines;
  }

  private static Map<String, @Nullable Object> fields(
      FlinkCluster.State state, FlinkRest.@Nullable Overview overview, List<FlinkRest.Job> jobs) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("running", overview != null);
    fields.put("address", state.address());
    fields.put("dir", state.folder().toString());
    fields.put("since", state.since().toString());
    fields.put("supervised", state.supervised());
    fields.put("flink_version", overview == null ? null : overview.flinkVersion());
    fields.put("slots", overview == null ? null : overview.slots());
    fields.put("free_slots", overview == null ? null : overview.freeSlots());
    fields.put("processes", state.members());
    fields.put("jobs", jobs);
    return fields;
  }
}
