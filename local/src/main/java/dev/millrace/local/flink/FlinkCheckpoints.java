// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a Flink cluster tells of the checkpoints and savepoints of its jobs, and the savepoints that
 * it is asked for. Deadlines and failures are those of {@link FlinkRest}.
 */
public final class FlinkCheckpoints {

  private final FlinkRest rest;

  FlinkCheckpoints(FlinkRest rest) {
    this.rest = rest;
  }

  /**
   * A checkpoint or savepoint that was completed.
   *
   * @param id grows with each of a job
   * @param path where it is, as a URI; empty when it has no place of its own
   * @param savepoint whether somebody asked for it
   * @param at when it was complete, by the JobManager's clock
   * @param took from its trigger on
   * @param bytes written for it
   */
  public record Completed(
      long id, String path, boolean savepoint, Instant at, Duration took, long bytes) {}

  /** The last checkpoint or savepoint of a job; empty if it has none or the cluster knows none. */
  public Optional<Completed> last(String job) throws IOException {
    JsonNode latest = latest(job);
    Optional<Completed> checkpoint = completed(latest.path("completed"));
    Optional<Completed> savepoint = completed(latest.path("savepoint"));
    boolean newer =
        savepoint.isPresent()
            && (checkpoint.isEmpty() || savepoint.get().id() > checkpoint.get().id());
    return newer ? savepoint : checkpoint;
  }

  /** How many checkpoints and savepoints of a job are on the way. */
  public long underWay(String job) throws IOException {
    return rest.find("/jobs/" + job + "/checkpoints")
        .orElse(rest.none())
        .path("counts")
        .path("in_progress")
        .asLong();
  }

  private JsonNode latest(String job) throws IOException {
    // A job without checkpoints has nothing there.
    return rest.find("/jobs/" + job + "/checkpoints").orElse(rest.none()).path("latest");
  }

  private static Optional<Completed> completed(JsonNode found) {
    if (!found.isObject()) {
      return Optional.empty();
    }
    String path = found.path("external_path").asText("");
    return Optional.of(
        new Completed(
            found.path("id").asLong(),
            path.startsWith("<") ? "" : path,
            found.path("is_savepoint").asBoolean(),
            Instant.ofEpochMilli(found.path("latest_ack_timestamp").asLong()),
            Duration.ofMillis(found.path("end_to_end_duration").asLong()),
            found.path("checkpointed_size").asLong(found.path("state_size").asLong())));
  }

  /** The folder in which a job keeps its checkpoints, as a URI; empty if they have none. */
  public Optional<String> folder(String job) throws IOException {
    return rest.setting("state.checkpoints.dir").map(dir -> dir.replaceFirst("/*$", "/") + job);
  }

  /**
   * Asks for a savepoint after which the job is cancelled; if it fails, the job goes on.
   *
   * @param folder where to; empty for the cluster's {@code state.savepoints.dir}
   * @return what {@link #ordered} is to be asked with
   * @throws IOException also if the cluster refuses, as when it has no such folder
   */
  public String stop(String job, String folder) throws IOException {
    // Not POST /jobs/ID/stop. With drain it has Beam's operators wait until no timer is left, and
    // the one that follows a table always sets the next: that savepoint is never complete. Without,
    // it does end, but as FINISHED, as if there had been nothing more to do.
    Map<String, Object> order = new LinkedHashMap<>();
    if (!folder.isEmpty()) {
      order.put("target-directory", folder);
    }
    order.put("cancel-job", true);
    return rest.post("/jobs/" + job + "/savepoints", order)
        .map(answer -> answer.path("request-id").asText())
        .orElseThrow(() -> unknown(job));
  }

  /**
   * What became of a savepoint that was asked for.
   *
   * @param path where it is, as a URI; empty before it is complete, and when it failed
   * @param failure a stack trace; empty unless it failed
   */
  public record Ordered(String path, String failure) {
    public boolean isOver() {
      return !path.isEmpty() || !failure.isEmpty();
    }
  }

  /** How a savepoint is getting on. */
  public Ordered ordered(String job, String order) throws IOException {
    JsonNode answer =
        rest.find("/jobs/" + job + "/savepoints/" + order).orElseThrow(() -> unknown(job));
    if (!answer.path("status").path("id").asText().equals("COMPLETED")) {
      return new Ordered("", "");
    }
    String path = answer.path("operation").path("location").asText("");
    String failure = answer.path("operation").path("failure-cause").path("stack-trace").asText("");
    return new Ordered(path, path.isEmpty() && failure.isEmpty() ? "no cause is known" : failure);
  }

  private IOException unknown(String job) {
    return new IOException(
        "Cannot take a savepoint: %s does not know the job %s".formatted(rest.address(), job));
  }
}
