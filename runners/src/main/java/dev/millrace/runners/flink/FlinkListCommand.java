// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import dev.millrace.local.flink.FlinkCheckpoints;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.Console;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.run.Counts;
import dev.millrace.runners.run.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace flink list}. */
@Command(
    name = "list",
    sortOptions = false,
    description = "Lists the jobs of a cluster, with their restarts and last checkpoints.")
final class FlinkListCommand extends JobsCommand {

  @Option(names = "--all", description = "Those that have ended as well.")
  boolean all;

  FlinkListCommand(Console console) {
    super(console);
  }

  /** A job, and what its cluster says of it. */
  private record Listed(
      FlinkRest.Job job, long restarts, Optional<FlinkCheckpoints.Completed> checkpoint) {}

  @Override
  Outcome work(FlinkRest rest, Stop stop) throws IOException {
    List<FlinkRest.Job> jobs = new ArrayList<>(all ? rest.jobs() : running(rest));
    jobs.sort(
        Comparator.comparing(FlinkRest.Job::ended)
            .thenComparing(FlinkRest.Job::startedMillis, Comparator.reverseOrder()));
    List<String> lines = new ArrayList<>();
    List<Object> fields = new ArrayList<>();
    Instant now = Instant.now();
    for (FlinkRest.Job job : jobs) {
      Listed listed = new Listed(job, rest.restarts(job.id()), rest.checkpoints().last(job.id()));
      lines.addAll(lines(listed, now));
      fields.add(fields(listed, now));
    }
    if (jobs.isEmpty()) {
      lines.add("No job %s at %s".formatted(all ? "is known" : "runs", rest.address()));
    }
    return new Outcome(
        Counts.NONE, lines, Map.of("address", rest.address(), "jobs", fields), ExitCode.DONE);
  }

  private static List<String> lines(Listed listed, Instant now) {
    FlinkRest.Job job = listed.job();
    return List.of(
        "%s  %-10s %s".formatted(job.id(), job.state(), job.name()),
        "  since %s, restarted %d times, %s"
            .formatted(
                Instant.ofEpochSecond(job.startedMillis() / 1000),
                listed.restarts(),
                listed
                    .checkpoint()
                    .map(checkpoint -> line(checkpoint, now))
                    .orElse("no checkpoint")));
  }

  private static String line(FlinkCheckpoints.Completed checkpoint, Instant now) {
    return String.format(
        Locale.ROOT,
        "%s %d %d s ago, took %.1f s, %,d KiB",
        checkpoint.savepoint() ? "savepoint" : "checkpoint",
        checkpoint.id(),
        age(checkpoint, now).toSeconds(),
        checkpoint.took().toMillis() / 1000.0,
        (checkpoint.bytes() + 1023) / 1024);
  }

  /** At least 0, whatever the two clocks say. */
  private static Duration age(FlinkCheckpoints.Completed checkpoint, Instant now) {
    Duration age = Duration.between(checkpoint.at(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  private static Map<String, @Nullable Object> fields(Listed listed, Instant now) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", listed.job().id());
    fields.put("state", listed.job().state());
    fields.put("name", listed.job().name());
    fields.put("since", Instant.ofEpochMilli(listed.job().startedMillis()).toString());
    fields.put("restarts", listed.restarts());
    fields.put(
        "checkpoint", listed.checkpoint().map(checkpoint -> fields(checkpoint, now)).orElse(null));
    return fields;
  }

  private static Map<String, Object> fields(FlinkCheckpoints.Completed checkpoint, Instant now) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", checkpoint.id());
    fields.put("savepoint", checkpoint.savepoint());
    fields.put("path", checkpoint.path());
    fields.put("age_seconds", age(checkpoint, now).toMillis() / 1000.0);
    fields.put("seconds", checkpoint.took().toMillis() / 1000.0);
    fields.put("bytes", checkpoint.bytes());
    return fields;
  }
}
