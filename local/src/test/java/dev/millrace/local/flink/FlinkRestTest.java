// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against answers as Flink gives them. */
class FlinkRestTest {

  private final Map<String, String> answers = new ConcurrentHashMap<>();

  @SuppressWarnings("NullAway.Init") // started before each test
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String answer = answers.get(exchange.getRequestURI().toString());
          byte[] bytes =
              (answer == null ? "{\"errors\":[\"Not found\"]}" : answer)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer == null ? 404 : 200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource({
    "restart-strategy.type, fixed-delay, fixed-delay",
    "restart-strategy, failure-rate, failure-rate",
    "restart-strategy.type, none,",
    "restart-strategy.type, disable,",
    "rest.port, 8081,",
  })
  void restartStrategy_shouldBeThatOfTheConfiguration(String key, String value, String strategy)
      throws IOException {
    answers.put("/jobmanager/config", "[{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}]");

    assertThat(rest().restartStrategy().orElse(null)).isEqualTo(strategy);
  }

  @Test
  void job_shouldBeEmpty_whenTheClusterDoesNotKnowIt() throws IOException {
    assertThat(rest().job("0123")).isEmpty();
    assertThat(rest().failure("0123")).isEmpty();
    assertThat(rest().restarts("0123")).isZero();
  }

  @Test
  void job_shouldCountTheTasksThatHaveASlot() throws IOException {
    answers.put(
        "/jobs/0123",
        "{\"name\":\"copy\",\"state\":\"RUNNING\",\"start-time\":5,\"vertices\":[{\"id\":\"v\","
            + "\"parallelism\":4,\"tasks\":{\"SCHEDULED\":1,\"RUNNING\":2,\"FINISHED\":1}}]}");

    FlinkRest.JobDetails details = rest().job("0123").orElseThrow();

    assertThat(details.job()).isEqualTo(new FlinkRest.Job("0123", "copy", "RUNNING", 5));
    assertThat(details.tasks()).isEqualTo(4);
    assertThat(details.tasksActive()).isEqualTo(3);
    assertThat(details.vertices()).containsExactly("v");
  }

  @Test
  void restarts_shouldBeThoseOfTheTaskThatHadMost() throws IOException {
    answers.put("/jobs/0123", "{\"vertices\":[{\"id\":\"a\"},{\"id\":\"b\"}]}");
    answers.put("/jobs/0123/vertices/a", "{\"subtasks\":[{\"attempt\":0},{\"attempt\":2}]}");
    answers.put("/jobs/0123/vertices/b", "{\"subtasks\":[{\"attempt\":1}]}");

    assertThat(rest().restarts("0123")).isEqualTo(2);
  }

  @Test
  void recordsIn_shouldSumUpTheOperatorsThatMatch() throws IOException {
    String path = "/jobs/0123/vertices/v/subtasks/metrics";
    answers.put(path, "[{\"id\":\"Write.numRecordsIn\"},{\"id\":\"Read.numRecordsIn\"}]");
    answers.put(
        path + "?agg=sum&get=Write.numRecordsIn", "[{\"id\":\"Write.numRecordsIn\",\"sum\":17.0}]");

    assertThat(rest().recordsIn("0123", "v", Pattern.compile("Write"))).hasValue(17);
    assertThat(rest().recordsIn("0123", "v", Pattern.compile("Other"))).isEmpty();
  }

  @Test
  void checkpoints_shouldTellTheNewerOfCheckpointAndSavepoint() throws IOException {
    String form =
        "{\"id\":%d,\"is_savepoint\":%b,\"external_path\":\"%s\",\"latest_ack_timestamp\":2000,"
            + "\"end_to_end_duration\":30,\"checkpointed_size\":500,\"state_size\":900}";
    answers.put(
        "/jobs/0123/checkpoints",
        "{\"counts\":{\"in_progress\":1},\"latest\":{\"completed\":%s,\"savepoint\":%s}}"
            .formatted(
                form.formatted(7, false, "file:/c/chk-7"), form.formatted(6, true, "file:/s/6")));
    answers.put(
        "/jobs/4567/checkpoints",
        "{\"latest\":{\"completed\":%s,\"savepoint\":%s}}"
            .formatted(
                form.formatted(7, false, "<checkpoint-not-externally-addressable>"),
                form.formatted(8, true, "file:/s/8")));

    FlinkCheckpoints.Completed last = rest().checkpoints().last("0123").orElseThrow();
    assertThat(last)
        .isEqualTo(
            new FlinkCheckpoints.Completed(
                7, "file:/c/chk-7", false, Instant.ofEpochSecond(2), Duration.ofMillis(30), 500));
    assertThat(rest().checkpoints().underWay("0123")).isEqualTo(1);
    assertThat(rest().checkpoints().last("4567").orElseThrow().path()).isEqualTo("file:/s/8");
    assertThat(rest().checkpoints().last("89ab")).isEmpty();
  }

  @Test
  void ordered_shouldTellPathOrFailureOfASavepoint() throws IOException {
    String path = "/jobs/0123/savepoints/";
    answers.put(path + "a", "{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    answers.put(
        path + "b",
        "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/s/8\"}}");
    answers.put(
        path + "c",
        "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":"
            + "{\"stack-trace\":\"java.io.IOException: full\"}}}");

    FlinkCheckpoints checkpoints = rest().checkpoints();
    assertThat(checkpoints.ordered("0123", "a").isOver()).isFalse();
    assertThat(checkpoints.ordered("0123", "b"))
        .isEqualTo(new FlinkCheckpoints.Ordered("file:/s/8", ""));
    assertThat(checkpoints.ordered("0123", "c"))
        .isEqualTo(new FlinkCheckpoints.Ordered("", "java.io.IOException: full"));
    assertThatThrownBy(() -> checkpoints.ordered("0123", "d"))
        .hasMessageEndingWith("does not know the job 0123");
  }

  @Test
  void logs_shouldBeTheLastLinesOfAProcess() throws IOException {
    answers.put("/taskmanagers", "{\"taskmanagers\":[{\"id\":\"taskmanager-1-1\"}]}");
    answers.put("/taskmanagers/taskmanager-1-1/log", "a INFO\nb WARN\nc INFO\nd WARN\ne WARN\n");

    FlinkLogs logs = rest().logs();
    assertThat(logs.processes()).containsExactly("jobmanager", "taskmanager-1-1");
    assertThat(logs.tail("taskmanager-1-1", 2, line -> line.endsWith("WARN")))
        .contains(List.of("d WARN", "e WARN"));
    assertThat(logs.tail("jobmanager", 2, line -> true)).isEmpty();
  }

  @Test
  void failures_shouldBeInTheirOrder() throws IOException {
    answers.put(
        "/jobs/0123/exceptions",
        "{\"exceptionHistory\":{\"entries\":["
            + "{\"timestamp\":2000,\"taskName\":null,\"stacktrace\":\"later\"},"
            + "{\"timestamp\":1000,\"taskName\":\"Read (1/2)\",\"taskManagerId\":\"t\","
            + "\"stacktrace\":\"sooner\"}]}}");

    assertThat(rest().logs().failures("0123"))
        .containsExactly(
            new FlinkLogs.Failure(Instant.ofEpochSecond(1), "Read (1/2)", "t", "sooner"),
            new FlinkLogs.Failure(Instant.ofEpochSecond(2), "", "", "later"));
    assertThat(rest().logs().failures("4567")).isEmpty();
  }

  @Test
  void overview_shouldSayThatSomethingElseAnswers() {
    answers.put("/overview", "<html>hello</html>");

    assertThatThrownBy(() -> rest().overview())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot ask http://127.0.0.1:")
        .hasMessageEndingWith("it is not a Flink cluster");
  }

  @Test
  void overview_shouldSayThatNobodyAnswers() {
    assertThatThrownBy(() -> FlinkRest.at("127.0.0.1", 1).overview())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot reach a Flink cluster at 127.0.0.1:1: nobody answers there; check host and"
                + " port, and that it runs");
  }

  private FlinkRest rest() {
    return FlinkRest.at("127.0.0.1", server.getAddress().getPort());
  }
}
