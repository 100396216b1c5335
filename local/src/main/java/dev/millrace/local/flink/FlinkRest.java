// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a Flink cluster tells and does over REST.
 *
 * <p>Every call has a deadline of some seconds. Each throws {@link IOException} when the cluster
 * does not answer, or what answers is not Flink. Safe for use by several threads.
 */
public final class FlinkRest {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final String RECORDS_IN = ".numRecordsIn";
  private static final int NOT_FOUND = 404;
  private static final Set<Integer> DONE = Set.of(200, 202);

  private static final Set<String> NO_RESTART = Set.of("", "none", "off", "disable");

  private final String address;
  private final HttpClient client;
  private final ObjectMapper mapper = new ObjectMapper();

  private FlinkRest(String address) {
    this.address = address;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
  }

  /** A cluster whose REST is at this address. Nothing is asked yet. */
  public static FlinkRest at(String host, int port) {
    return new FlinkRest("http://" + host + ":" + port);
  }

  /** Where the REST and the web UI are. */
  public String address() {
    return address;
  }

  /** A cluster's size and load. */
  public record Overview(
      String flinkVersion,
      int taskManagers,
      int slots,
      int freeSlots,
      int jobsRunning,
      int jobsFinished,
      int jobsCancelled,
      int jobsFailed) {}

  /** The cluster as a whole. */
  public Overview overview() throws IOException {
    JsonNode answer = get("/overview");
    return new Overview(
        answer.path("flink-version").asText(),
        answer.path("taskmanagers").asInt(),
        answer.path("slots-total").asInt(),
        answer.path("slots-available").asInt(),
        answer.path("jobs-running").asInt(),
        answer.path("jobs-finished").asInt(),
        answer.path("jobs-cancelled").asInt(),
        answer.path("jobs-failed").asInt());
  }

  /**
   * What the cluster does with a job that failed and sets no strategy of its own, as in {@code
   * fixed-delay}; empty if such a job fails for good, unless it takes checkpoints.
   */
  public Optional<String> restartStrategy() throws IOException {
    Optional<String> strategy = setting("restart-strategy.type");
    return (strategy.isPresent() ? strategy : setting("restart-strategy"))
        .filter(type -> !NO_RESTART.contains(type));
  }

  /** A value of the JobManager's configuration; empty if it is not set. */
  public Optional<String> setting(String key) throws IOException {
    for (JsonNode entry : get("/jobmanager/config")) {
      if (entry.path("key").asText().equals(key)) {
        return Optional.of(entry.path("value").asText());
      }
    }
    return Optional.empty();
  }

  /** What it tells of checkpoints and savepoints. */
  public FlinkCheckpoints checkpoints() {
    return new FlinkCheckpoints(this);
  }

  /** What its processes wrote into their logs. */
  public FlinkLogs logs() {
    return new FlinkLogs(this);
  }

  /**
   * A job.
   *
   * @param state as Flink names it, as in {@code RUNNING}
   * @param startedMillis since 1970
   */
  public record Job(String id, String name, String state, long startedMillis) {

    /** Whether nothing will happen any more. */
    public boolean ended() {
      return Set.of("FINISHED", "FAILED", "CANCELED", "SUSPENDED").contains(state);
    }
  }

  /** The jobs that the cluster remembers. */
  public List<Job> jobs() throws IOException {
    List<Job> jobs = new ArrayList<>();
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      jobs.add(
          new Job(
              job.path("jid").asText(),
              job.path("name").asText(),
              job.path("state").asText(),
              job.path("start-time").asLong()));
    }
    return jobs;
  }

  /**
   * A job and its parts.
   *
   * @param vertices the parts by identity
   * @param tasksActive tasks that have a slot, or had one and finished
   */
  public record JobDetails(Job job, List<String> vertices, int tasks, int tasksActive) {}

  /** One job; empty if the cluster does not know it, as after the death of its JobManager. */
  public Optional<JobDetails> job(String id) throws IOException {
    return find("/jobs/" + id)
        .map(
            answer -> {
              List<String> vertices = new ArrayList<>();
              int tasks = 0;
              int active = 0;
              for (JsonNode vertex : answer.path("vertices")) {
                vertices.add(vertex.path("id").asText());
                tasks += vertex.path("parallelism").asInt();
                for (String state : List.of("DEPLOYING", "INITIALIZING", "RUNNING", "FINISHED")) {
                  active += vertex.path("tasks").path(state).asInt();
                }
              }
              Job job =
                  new Job(
                      id,
                      answer.path("name").asText(),
                      answer.path("state").asText(),
                      answer.path("start-time").asLong());
              return new JobDetails(job, vertices, tasks, active);
            });
  }

  /** Why a job failed, or failed last and was restarted, as a stack trace; empty if it did not. */
  public Optional<String> failure(String job) throws IOException {
    return find("/jobs/" + job + "/exceptions")
        .map(answer -> answer.path("root-exception").asText(""))
        .filter(trace -> !trace.isBlank() && !trace.equals("null"));
  }

  /**
   * How often a job was restarted: that of the task that was most often. Also of a job that has
   * ended, of which the metrics are gone.
   */
  public long restarts(String job) throws IOException {
    long restarts = 0;
    for (String vertex : job(job).map(JobDetails::vertices).orElse(List.of())) {
      JsonNode found = find("/jobs/" + job + "/vertices/" + vertex).orElse(none());
      for (JsonNode task : found.path("subtasks")) {
        restarts = Math.max(restarts, task.path("attempt").asLong());
      }
    }
    return restarts;
  }

  /**
   * How many records some operators of a part of a job have taken in since its tasks were started;
   * empty before the first was counted, and soon after the tasks have ended. Some seconds old.
   *
   * @param operator matches the names of the operators
   */
  public OptionalLong recordsIn(String job, String vertex, Pattern operator) throws IOException {
    String path = "/jobs/" + job + "/vertices/" + vertex + "/subtasks/metrics";
    List<String> ids = new ArrayList<>();
    for (JsonNode metric : find(path).orElse(none())) {
      String id = metric.path("id").asText();
      if (id.endsWith(RECORDS_IN)
          && operator.matcher(id.substring(0, id.length() - RECORDS_IN.length())).matches()) {
        ids.add(id);
      }
    }
    if (ids.isEmpty()) {
      return OptionalLong.empty();
    }
    long sum = 0;
    String names = URLEncoder.encode(String.join(",", ids), StandardCharsets.UTF_8);
    for (JsonNode metric : find(path + "?agg=sum&get=" + names).orElse(none())) {
      sum += Math.round(metric.path("sum").asDouble());
    }
    return OptionalLong.of(sum);
  }

  /** Asks a job to end. Returns before it has. */
  public void cancel(String job) throws IOException {
    send(
        request("/jobs/" + job + "?mode=cancel").method("PATCH", empty()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.BodyPublisher empty() {
    return HttpRequest.BodyPublishers.noBody();
  }

  JsonNode none() {
    return mapper.createArrayNode();
  }

  JsonNode get(String path) throws IOException {
    return find(path)
        .orElseThrow(
            () -> new IOException("Cannot ask " + address + ": it is not a Flink cluster"));
  }

  Optional<JsonNode> find(String path) throws IOException {
    return answer(send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString()));
  }

  /** Sends an object; empty if there is nothing at the path. */
  Optional<JsonNode> post(String path, Map<String, ?> fields) throws IOException {
    HttpRequest.BodyPublisher body =
        HttpRequest.BodyPublishers.ofString(mapper.writeValueAsString(fields));
    HttpRequest request =
        request(path).header("Content-Type", "application/json").POST(body).build();
    return answer(send(request, HttpResponse.BodyHandlers.ofString()));
  }

  /**
   * Reads a text line by line.
   *
   * @return what {@code use} makes of the lines; empty if there is nothing at the path
   */
  <T> Optional<T> lines(String path, Function<Stream<String>, T> use) throws IOException {
    HttpResponse<Stream<String>> response =
        send(request(path).GET().build(), HttpResponse.BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      return response.statusCode() == NOT_FOUND ? Optional.empty() : Optional.of(use.apply(lines));
    } catch (UncheckedIOException e) {
      throw new IOException("Cannot read " + address + path + ": " + e.getMessage(), e);
    }
  }

  private Optional<JsonNode> answer(HttpResponse<String> response) throws IOException {
    if (response.statusCode() == NOT_FOUND) {
      return Optional.empty();
    }
    try {
      JsonNode answer = mapper.readTree(response.body());
      if (DONE.contains(response.statusCode())) {
        return Optional.of(answer);
      }
      String error = answer.path("errors").path(0).asText("it answered " + response.statusCode());
      throw new IOException(
          "Cannot ask " + address + ": " + error.lines().findFirst().orElse(error));
    } catch (JsonProcessingException e) {
      throw new IOException("Cannot ask " + address + ": it is not a Flink cluster", e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path)).timeout(ANSWER);
  }

  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
      throws IOException {
    try {
      return client.send(request, body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot ask " + address + ": interrupted", e);
    } catch (IOException e) {
      throw new IOException(
          "Cannot reach a Flink cluster at %s: %s"
              .formatted(address.substring("http://".length()), why(e)),
          e);
    }
  }

  private static String why(IOException e) {
    return e instanceof java.net.http.HttpTimeoutException
        ? "it did not answer in time"
        : e instanceof java.net.ConnectException
            ? "nobody answers there; check host and port, and that it runs"
            : String.valueOf(e.getMessage());
  }
}
