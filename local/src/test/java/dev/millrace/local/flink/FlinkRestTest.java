// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
