// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.monitor.alert.Rule.Side;
import dev.millrace.monitor.alert.Selector.Of;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebhookTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private static final Webhook.Limits LIMITS =
      new Webhook.Limits(LONG, Duration.ofMillis(10), Duration.ofMillis(50), LONG, LONG);

  private final List<String> bodies = new ArrayList<>();
  private final List<String> signatures = new ArrayList<>();
  private final CountDownLatch gone = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private URI url;

  /** What the server answers next; 200 after the last. */
  private final List<Integer> answers = new ArrayList<>();

  private boolean slow;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/hook", this::answer);
    server.setExecutor(threads);
    server.start();
    url = URI.create("http://127.0.0.1:%d/hook".formatted(server.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    gone.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int status;
    boolean wait;
    synchronized (bodies) {
      bodies.add(body);
      signatures.add(String.valueOf(exchange.getRequestHeaders().getFirst(Webhook.SIGNATURE)));
      status = answers.isEmpty() ? 200 : answers.remove(0);
      wait = slow;
      slow = false;
    }
    if (wait) {
      awaitEnd();
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private void awaitEnd() {
    try {
      gone.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> received() {
    synchronized (bodies) {
      return List.copyOf(bodies);
    }
  }

  @Test
  void offer_shouldBeSentInOrder_andSigned() {
    Webhook webhook = new Webhook(url, "Jefe", LIMITS);
    webhook.offer("what do ya want for nothing?");
    webhook.offer("second");
    webhook.close();

    assertThat(received()).containsExactly("what do ya want for nothing?", "second");
    // RFC 4231, test case 2.
    assertThat(signatures.get(0))
        .isEqualTo("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assertThat(signatures.get(1)).isNotEqualTo(signatures.get(0));
    assertThat(webhook.lost()).isZero();
  }

  @Test
  void offer_shouldBeSentUnsigned_whenThereIsNoSecret() {
    Webhook webhook = new Webhook(url, null, LIMITS);
    webhook.offer("a");
    webhook.close();
    assertThat(signatures).containsExactly("null");
  }

  @Test
  void offer_shouldBeTriedAgain_whenTheServerFailsForAWhile() {
    answers.addAll(List.of(500, 503, 429, 408, 200));
    Webhook webhook = new Webhook(url, null, LIMITS);
    webhook.offer("a");
    webhook.offer("b");
    webhook.close();
    assertThat(received()).containsExactly("a", "a", "a", "a", "a", "b");
    assertThat(webhook.lost()).isZero();
  }

  @Test
  void offer_shouldBeGivenUp_whenTheServerDoesNotWantIt() {
    answers.addAll(List.of(404, 302));
    Webhook webhook = new Webhook(url, null, LIMITS);
    List.of("a", "b", "c").forEach(webhook::offer);
    webhook.close();
    assertThat(received()).containsExactly("a", "b", "c");
    assertThat(webhook.lost()).isEqualTo(2);
  }

  @Test
  void offer_shouldBeTriedAgain_whenTheServerIsSlow() {
    slow = true;
    Duration answer = Duration.ofMillis(300);
    Webhook webhook =
        new Webhook(
            url, null, new Webhook.Limits(answer, LIMITS.first(), LIMITS.longest(), LONG, LONG));
    webhook.offer("a");
    webhook.close();
    assertThat(received().size()).isGreaterThan(1);
    assertThat(received()).containsOnly("a");
    assertThat(webhook.lost()).isZero();
  }

  @Test
  void offer_shouldBeGivenUp_whenNobodyIsThereForLong() throws IOException {
    Webhook webhook =
        new Webhook(
            nobody(),
            null,
            new Webhook.Limits(
                LONG, LIMITS.first(), LIMITS.longest(), Duration.ofMillis(200), LONG));
    webhook.offer("a");
    webhook.close();
    assertThat(webhook.lost()).isEqualTo(1);
  }

  @Test
  void close_shouldNotWaitForLong_whenNobodyAnswers() throws IOException {
    slow = true;
    for (URI there : List.of(url, nobody())) {
      Webhook webhook =
          new Webhook(
              there,
              null,
              new Webhook.Limits(
                  LONG, LIMITS.first(), LIMITS.longest(), LONG, Duration.ofMillis(200)));
      List.of("a", "b", "c").forEach(webhook::offer);
      long start = System.nanoTime();
      webhook.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      assertThat(webhook.lost()).isEqualTo(3);
      webhook.offer("d");
      assertThat(webhook.lost()).isEqualTo(3);
    }
  }

  @Test
  void offer_shouldNeverWait_andKeepTheLatest() {
    slow = true;
    Webhook webhook =
        new Webhook(
            url,
            null,
            new Webhook.Limits(LONG, LIMITS.first(), LIMITS.longest(), LONG, Duration.ofMillis(1)));
    long start = System.nanoTime();
    for (int i = 0; i < 10_000; i++) {
      webhook.offer("a" + i);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(webhook.lost()).isBetween(10_000 - Webhook.MOST - 1, 10_000 - Webhook.MOST);
    webhook.close();
  }

  @Test
  void of_shouldTakeUrlsOnly() {
    assertThat(Webhook.of("https://alerts.example/hook?a=b", null)).isPresent();
    for (String other :
        List.of(
            "",
            "alerts.example",
            "ftp://alerts.example/",
            "http://",
            "http://a b/",
            "https://user:password@alerts.example/")) {
      assertThat(Webhook.of(other, null)).as(other).isEmpty();
    }
  }

  @Test
  void message_shouldBeOfAlertmanagersForm() throws Exception {
    AlertEngine engine =
        new AlertEngine(
            List.of(
                Rule.of(
                    "high",
                    new Signal.Value(Selector.parse("x", Of.SUM)),
                    Side.ABOVE,
                    1,
                    Severity.CRITICAL,
                    "x is {value}")));
    Instant start = Instant.parse("2026-03-01T00:00:00Z");
    Map<String, String> run = Map.of("run", "r1", "pipeline", "sync \"a\" into b");
    JsonNode fired = json(engine.look(start, Map.of("x", 2.5)).get(0), run);
    JsonNode resolved = json(engine.look(start.plusSeconds(9), Map.of("x", 1.0)).get(0), run);

    List<String> fields = new ArrayList<>();
    fired.fieldNames().forEachRemaining(fields::add);
    assertThat(fields)
        .containsExactlyInAnyOrder(
            "version",
            "groupKey",
            "truncatedAlerts",
            "status",
            "receiver",
            "groupLabels",
            "commonLabels",
            "commonAnnotations",
            "externalURL",
            "alerts");
    assertThat(fired.get("version").asText()).isEqualTo("4");
    assertThat(fired.get("status").asText()).isEqualTo("firing");
    assertThat(fired.get("groupKey").asText()).isEqualTo("{}:{alertname=\"high\"}");
    assertThat(fired.at("/groupLabels/alertname").asText()).isEqualTo("high");
    JsonNode alert = fired.at("/alerts/0");
    assertThat(alert.get("labels")).isEqualTo(fired.get("commonLabels"));
    assertThat(alert.get("labels").toString())
        .isEqualTo(
            "{\"alertname\":\"high\",\"pipeline\":\"sync \\\"a\\\" into b\",\"run\":\"r1\","
                + "\"severity\":\"critical\"}");
    assertThat(alert.at("/annotations/summary").asText()).isEqualTo("x is 2.50");
    assertThat(alert.at("/annotations/value").asText()).isEqualTo("2.5");
    assertThat(alert.get("startsAt").asText()).isEqualTo("2026-03-01T00:00:00Z");
    assertThat(alert.get("endsAt").asText()).isEqualTo("0001-01-01T00:00:00Z");

    assertThat(resolved.get("status").asText()).isEqualTo("resolved");
    assertThat(resolved.at("/alerts/0/startsAt").asText()).isEqualTo("2026-03-01T00:00:00Z");
    assertThat(resolved.at("/alerts/0/endsAt").asText()).isEqualTo("2026-03-01T00:00:09Z");
    assertThat(resolved.at("/alerts/0/fingerprint")).isEqualTo(alert.get("fingerprint"));
    assertThat(alert.get("fingerprint").asText()).matches("[0-9a-f]{16}");
    assertThat(AlertMessage.fingerprint(new TreeMap<>())).isEqualTo("cbf29ce484222325");
  }

  private static JsonNode json(Transition change, Map<String, String> run) throws IOException {
    return new ObjectMapper().readTree(AlertMessage.of(change, run));
  }

  /** Where nobody listens. */
  private static URI nobody() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:%d/hook".formatted(socket.getLocalPort()));
    }
  }
}
