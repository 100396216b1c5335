// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.runners.TestConsole;
import dev.millrace.runners.console.ExitCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a pipeline is to run, and the sentences about places where it cannot. */
class TargetTest {

  private final TestConsole console = new TestConsole();

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink", "flink://db1:8081", "flink://10.0.0.7:443"})
  void parse_shouldReadWhatToStringWrites(String text) {
    assertThat(Target.parse(text).toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"spark", "flink://", "flink://h", "flink://h:0", "flink://h:70000"})
  void runner_shouldBeOneOfThree(String runner) {
    assertThat(sync("--runner=" + runner)).isEqualTo(ExitCode.USAGE);

    assertThat(console.err())
        .isEqualToIgnoringNewLines(
            "Invalid --runner: " + runner + " (must be direct, flink or flink://HOST:PORT)");
  }

  @Test
  void runner_shouldSayThatNobodyAnswers() {
    assertThat(sync("--runner=flink://localhost:1")).isEqualTo(ExitCode.FAILED);

    assertThat(console.err())
        .isEqualToIgnoringNewLines(
            "Cannot reach a Flink cluster at localhost:1: nobody answers there; check host and"
                + " port, and that it runs");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'flink-version':'1.20.1','slots-total':4}  | 2 | which is Flink 1.20.1 (must be Flink 1.19)",
        "{'flink-version':'1.19.1','slots-total':0}  | 1 | the cluster has no slots",
        "<html>Welcome</html>                        | 1 | it is not a Flink cluster",
      })
  void runner_shouldBeAClusterThatCanRunUs(String overview, int code, String why) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] answer = overview.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      int port = server.getAddress().getPort();
      assertThat(sync("--runner=flink://localhost:" + port)).isEqualTo(code);
    } finally {
      server.stop(0);
    }
    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err()).contains(why);
  }

  @Test
  void detached_shouldNeedACluster() {
    assertThat(sync("--detached")).isEqualTo(ExitCode.USAGE);

    assertThat(console.err()).startsWith("Invalid --detached: true (must go with --runner=flink:");
  }

  private int sync(String... options) {
    List<String> words = new ArrayList<>(List.of("sync", "--table=t"));
    words.addAll(List.of("--source=jdbc:postgresql:a", "--target=jdbc:postgresql:b"));
    words.addAll(List.of(options));
    return console.run(words.toArray(String[]::new));
  }
}
