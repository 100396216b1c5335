// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Target;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command about the jobs of a cluster: that of this machine, or another by its address. */
abstract class JobsCommand extends ClusterCommand {

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = "The cluster; default: the one that `up` started.")
  @Nullable String address;

  JobsCommand(Console console) {
    super(console);
  }

  /** Does it, and says what there is to say. */
  abstract Outcome work(FlinkRest rest, Stop stop) throws Exception;

  @Override
  final Outcome work(FlinkCluster cluster, Stop stop) throws Exception {
    return work(rest(cluster), stop);
  }

  private FlinkRest rest(FlinkCluster cluster) throws IOException {
    if (address != null) {
      return Placement.rest(target(address));
    }
    return cluster
        .state()
        .map(FlinkCluster.State::rest)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Cannot ask a cluster: none runs in this folder; start one with"
                        + " `millrace flink up`, or name one with --address=HOST:PORT"));
  }

  /**
   * A cluster by its address.
   *
   * @throws UsageException if it is not one
   */
  static Target target(String address) {
    try {
      return Target.parse("flink://" + address);
    } catch (IllegalArgumentException e) {
      throw new UsageException("Invalid --address: " + address + " (must be HOST:PORT)", e);
    }
  }

  /**
   * The job that a word means: an id, the beginning of one, or a name.
   *
   * @throws UsageException if it means none of them, or several
   */
  static FlinkRest.Job named(List<FlinkRest.Job> jobs, String word) {
    return find(jobs, word)
        .orElseThrow(
            () ->
                new UsageException(
                    "Invalid job: %s (must be the id, the beginning of one or the name of a job%s)"
                        .formatted(word, jobs.isEmpty() ? "; there is none" : ": " + list(jobs))));
  }

  /**
   * The job that a word means, if any.
   *
   * @throws UsageException if it means several
   */
  static Optional<FlinkRest.Job> find(List<FlinkRest.Job> jobs, String word) {
    List<FlinkRest.Job> meant =
        jobs.stream().filter(job -> job.id().startsWith(word) || job.name().equals(word)).toList();
    if (meant.size() > 1) {
      throw new UsageException(
          "Invalid job: %s (must mean one, and means %s)".formatted(word, list(meant)));
    }
    return meant.stream().findFirst();
  }

  private static String list(List<FlinkRest.Job> jobs) {
    return jobs.stream().map(job -> job.id() + " " + job.name()).collect(Collectors.joining(", "));
  }

  /** The jobs of a cluster that have not ended. */
  static List<FlinkRest.Job> running(FlinkRest rest) throws IOException {
    return rest.jobs().stream().filter(job -> !job.ended()).toList();
  }
}
