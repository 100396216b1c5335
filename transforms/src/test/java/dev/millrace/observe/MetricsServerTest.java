// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsServerTest {

  private static final String PORT = "millrace.metrics.port";

  private final HttpClient client = HttpClient.newHttpClient();
  private final MetricsServer server = new MetricsServer();

  @AfterEach
  void forget() {
    System.clearProperty(PORT);
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = listening()) {
      return socket.getLocalPort();
    }
  }

  private List<String> scrape(int port) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
    HttpResponse<String> answer =
        client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body().lines().toList();
  }

  private static double sample(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  @Test
  void hold_shouldServeCountersGaugesAndHistograms_untilItIsReleased() throws Exception {
    int port = freePort();
    System.setProperty(PORT, Integer.toString(port));
    server.take();
    server.take();
    try {
      List<String> before = scrape(port);
      Measure.ROWS_READ.add(7);
      Measure.TIMEOUTS.addOutside("kind", "lock");
      Timing.COMMIT.sinceOutside(System.nanoTime() - 30_000_000);
      List<String> after = scrape(port);

      assertThat(sample(after, "millrace_rows_read_total"))
          .isEqualTo(sample(before, "millrace_rows_read_total") + 7);
      String timeouts = "millrace_timeouts_total{kind=\"lock\"}";
      assertThat(sample(after, timeouts)).isEqualTo(sample(before, timeouts) + 1);
      for (String bound : List.of("5.0", "60.0", "+Inf")) {
        String bucket = "millrace_commit_seconds_bucket{le=\"" + bound + "\"}";
        assertThat(sample(after, bucket)).as(bucket).isEqualTo(sample(before, bucket) + 1);
      }
      String quick = "millrace_commit_seconds_bucket{le=\"0.025\"}";
      assertThat(sample(after, quick)).isEqualTo(sample(before, quick));
      assertThat(after)
          .contains(
              "# TYPE millrace_commit_seconds histogram",
              "# TYPE millrace_rows_read_total counter",
              "# HELP millrace_rows_read_total Rows read from a source.")
          .noneMatch(line -> line.contains("See the manual"));
    } finally {
      server.giveBack();
      assertThat(server.port()).hasValue(port);
      server.giveBack();
    }
    assertThat(server.port()).isEmpty();
    assertThatThrownBy(() -> scrape(port)).isInstanceOf(ConnectException.class);
  }

  @Test
  void hold_shouldServeStages_whateverTheirNames() throws Exception {
    int port = freePort();
    System.setProperty(PORT, Integer.toString(port));
    server.take();
    try (Stage.Span span = Stage.enter("write public.a\"b\\c\nd{e=\"f\"},g")) {
      try (Stage.Wait wait = Stage.waiting(Spent.SLOT)) {
        assertThat(scrape(port)).isNotEmpty();
      }
      String stage = "stage=\"write public.a\\\"b\\\\c\\nd{e=\\\"f\\\"},g\"";
      List<String> lines = scrape(port);
      String slot = "millrace_stage_seconds_total{" + stage + ",state=\"slot\"}";
      assertThat(sample(lines, slot)).as(slot).isPositive();
      assertThat(lines)
          .anyMatch(line -> line.startsWith("millrace_stage_allocated_bytes_total{" + stage + "} "))
          .contains(
              "# TYPE millrace_stage_seconds_total counter",
              "# TYPE millrace_gc_pause_seconds_total counter");
    } finally {
      server.giveBack();
    }
  }

  @Test
  void hold_shouldTakeTheNextPort_whenTheFirstIsTaken() throws Exception {
    try (ServerSocket taken = listening()) {
      int first = taken.getLocalPort();
      System.setProperty(PORT, first + "-" + Math.min(65_535, first + 20));
      server.take();
      try {
        assertThat(server.port().orElseThrow()).isBetween(first + 1, first + 20);
      } finally {
        server.giveBack();
      }
    }
  }

  @Test
  void hold_shouldLeaveWorkAlone_whenNoPortIsWantedOrRight() {
    for (String port : List.of("", "x", "9400-", "9409-9400", "70000", "1-70000")) {
      System.setProperty(PORT, port);
      server.take();
      try {
        assertThat(server.port()).as("of \"%s\"", port).isEmpty();
      } finally {
        server.giveBack();
      }
    }
  }
}
