// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The logs of a Flink cluster's processes and the failures of its jobs, wherever the cluster is.
 * Deadlines and failures are those of {@link FlinkRest}.
 */
public final class FlinkLogs {

  /** How the JobManager is called among the processes. */
  public static final String JOB_MANAGER = "jobmanager";

  private final FlinkRest rest;

  FlinkLogs(FlinkRest rest) {
    this.rest = rest;
  }

  /** The processes: the JobManager, and the TaskManagers by the names that Flink has for them. */
  public List<String> processes() throws IOException {
    List<String> processes = new ArrayList<>(List.of(JOB_MANAGER));
    for (JsonNode each : rest.get("/taskmanagers").path("taskmanagers")) {
      processes.add(each.path("id").asText());
    }
    return processes;
  }

  /**
   * The last lines of a process's log; empty if it has none, or is not there any more. All of it is
   * read.
   *
   * @param most lines at most, 1 or more
   * @param wanted which lines count
   */
  public Optional<List<String>> tail(String process, int most, Predicate<String> wanted)
      throws IOException {
    String path =
        process.equals(JOB_MANAGER) ? "/jobmanager/log" : "/taskmanagers/" + process + "/log";
    return rest.lines(
        path,
        lines -> {
          Deque<String> last = new ArrayDeque<>();
          lines
              .filter(wanted)
              .forEach(
                  line -> {
                    last.add(line);
                    if (last.size() > most) {
                      last.remove();
                    }
                  });
          return List.copyOf(last);
        });
  }

  /**
   * A failure of a job.
   *
   * @param at when, by the JobManager's clock
   * @param task what failed, as in {@code Read (2/4)}; empty when it was the job as a whole
   * @param process where; empty when not known
   * @param trace why
   */
  public record Failure(Instant at, String task, String process, String trace) {}

  /** The failures of a job that the cluster remembers, the oldest first. */
  public List<Failure> failures(String job) throws IOException {
    List<Failure> failures = new ArrayList<>();
    JsonNode history =
        rest.find("/jobs/" + job + "/exceptions").orElse(rest.none()).path("exceptionHistory");
    for (JsonNode each : history.path("entries")) {
      failures.add(
          new Failure(
              Instant.ofEpochMilli(each.path("timestamp").asLong()),
              text(each, "taskName"),
              text(each, "taskManagerId"),
              text(each, "stacktrace")));
    }
    failures.sort(Comparator.comparing(Failure::at));
    return failures;
  }

  private static String text(JsonNode node, String field) {
    JsonNode found = node.path(field);
    return found.isNull() || found.asText().equals("(unassigned)") ? "" : found.asText("");
  }
}
