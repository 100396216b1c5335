// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static dev.millrace.monitor.SampleRuns.end;
import static dev.millrace.monitor.SampleRuns.events;
import static dev.millrace.monitor.SampleRuns.id;
import static dev.millrace.monitor.SampleRuns.series;
import static dev.millrace.monitor.SampleRuns.snapshot;
import static dev.millrace.monitor.SampleRuns.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Ticker;
import dev.millrace.monitor.SampleRuns;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.Recording;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot.Alert;
import dev.millrace.monitor.run.Status;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DashboardTest {

  private static final int BUDGET = 400_000;

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
  private final ObjectMapper mapper = new ObjectMapper();
  private Path file;
  private History history;
  private Dashboard dashboard;

  @BeforeEach
  void open(@TempDir Path folder) {
    file = folder.resolve("history.db");
    history = History.open(file);
    Clock soon = Clock.fixed(SampleRuns.START.plusSeconds(60), ZoneOffset.UTC);
    dashboard = Dashboard.start(file, Access.loopback(0), soon, Ticker.systemTicker());
  }

  @AfterEach
  void close() {
    dashboard.close();
    history.close();
  }

  @Test
  void page_shouldBeSmall_andComeFromNowhereElse() throws Exception {
    HttpResponse<byte[]> index = get("");
    assertThat(index.statusCode()).isEqualTo(200);
    String html = new String(index.body(), StandardCharsets.UTF_8);
    List<String> parts = new ArrayList<>(List.of(""));
    Matcher references = Pattern.compile("(?:src|href)=\"([^\"#]*)\"").matcher(html);
    while (references.find()) {
      parts.add(references.group(1));
    }
    parts.addAll(
        List.of(
            "runs.js",
            "alerts.js",
            "run.js",
            "compare.js",
            "stages.js",
            "charts.js",
            "dom.js",
            "format.js"));
    int bytes = 0;
    for (String part : parts) {
      HttpResponse<byte[]> file = get(part);
      assertThat(file.statusCode()).as(part).isEqualTo(200);
      assertThat(file.headers().firstValue("Content-Security-Policy"))
          .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'none'"));
      assertThat(file.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(new String(file.body(), StandardCharsets.UTF_8))
          .doesNotContain("src=\"http", "import('http", "innerHTML", "eval(");
      bytes += file.body().length;
    }
    assertThat(parts).contains("app.js", "uplot.js", "app.css");
    assertThat(bytes).isBetween(50_000, BUDGET);
    assertThat(html).doesNotContain("<script>", "style=", "onclick");
  }

  @Test
  void runs_shouldComePageByPage() throws Exception {
    for (int i = 0; i < 60; i++) {
      history.begin(start(i)).ended(end(i, Status.DONE));
    }

    JsonNode first = json("api/runs").get("runs");
    assertThat(first).hasSize(50);
    assertThat(first.get(0).get("id").asText()).isEqualTo(id(59));
    JsonNode second = json("api/runs?before=" + id(10)).get("runs");
    assertThat(second).hasSize(10);
    assertThat(second.get(0).get("id").asText()).isEqualTo(id(9));
  }

  @Test
  void run_shouldBeWholeAsTheHistoryHasIt() throws Exception {
    Recording recording = history.begin(start(1));
    recording.stands(snapshot(1, 3), series(1, 20).series(), events(1, 2));

    JsonNode run = json("api/run?id=" + id(1));
    assertThat(run.get("line").get("status").asText()).isEqualTo("RUNNING");
    assertThat(run.get("snapshot").get("per_second").get("rows_read").asLong()).isEqualTo(250_000);
    assertThat(run.get("series").get("seconds")).hasSize(20);
    assertThat(run.get("events")).hasSize(2);
    assertThat(get("api/run?id=none").statusCode()).isEqualTo(404);
    assertThat(get("api/run").statusCode()).isEqualTo(400);
  }

  @Test
  void runs_shouldBeComparedWithTheUsualOne_orWithAnother() throws Exception {
    for (int i = 1; i <= 3; i++) {
      Recording recording = history.begin(start(i));
      recording.stands(snapshot(i, 3), series(i, 20).series(), List.of());
      recording.ended(end(i, Status.DONE));
    }

    JsonNode usual = json("api/compare?id=" + id(3));
    assertThat(usual.at("/run/id").asText()).isEqualTo(id(3));
    assertThat(usual.at("/other/id").asText()).isEqualTo(id(2));
    assertThat(usual.at("/comparison/figures/0/name").asText()).isEqualTo("took");
    assertThat(usual.at("/comparison/figures/0/ratio").asText()).endsWith("×");
    assertThat(usual.at("/comparison/stages")).hasSize(2);
    assertThat(usual.get("choices")).hasSize(2);
    assertThat(usual.at("/choices/0/same_configuration").asBoolean()).isTrue();
    JsonNode another = json("api/compare?id=%s&with=%s".formatted(id(1), id(3)));
    assertThat(another.at("/other/id").asText()).isEqualTo(id(3));
    assertThat(json("api/compare?id=" + id(1)).get("other").isNull()).isTrue();
    assertThat(json("api/compare?id=%s&with=none".formatted(id(1))).get("comparison").isNull())
        .isTrue();
    try (Watch watch = new Watch("api/live?compare=%s&with=%s".formatted(id(1), id(3)))) {
      JsonNode seen = watch.next(message -> true);
      assertThat(seen.get("compare")).isEqualTo(another);
      assertThat(seen.get("run").isNull()).isTrue();
    }
  }

  @Test
  void live_shouldTellWithinASecond_whatWasWritten() throws Exception {
    try (Watch watch = new Watch("api/live?run=" + id(1))) {
      assertThat(watch.next(message -> true).get("run").isNull()).isTrue();

      Recording recording = history.begin(start(1));
      JsonNode begun = watch.next(message -> !message.get("runs").isEmpty());
      assertThat(begun.get("runs").get(0).get("id").asText()).isEqualTo(id(1));

      recording.stands(snapshot(1, 2), series(1, 2).series(), List.of());
      JsonNode stood = watch.next(message -> message.at("/run/snapshot/seconds").asInt() == 2);
      assertThat(stood.at("/run/line/totals/rows_read").asLong()).isEqualTo(500_000);

      recording.ended(end(1, Status.DONE));
      watch.next(message -> message.at("/run/line/status").asText().equals("DONE"));
    }
  }

  @Test
  void live_shouldTellWhatFires_andWhatFired_inAllRuns() throws Exception {
    Recording one = history.begin(start(1));
    history.begin(start(2));
    Alert alert =
        new Alert("lock_waits", "warning", SampleRuns.START.plusSeconds(3), 2.0, "2 wait");
    try (Watch watch = new Watch("api/live?run=" + id(2))) {
      one.stands(snapshot(1, 3).with(List.of(alert)), Series.EMPTY, List.of());
      JsonNode fires = watch.next(message -> !message.get("firing").isEmpty());
      assertThat(fires.at("/firing/0/run").asText()).isEqualTo(id(1));
      assertThat(fires.at("/firing/0/name").asText()).isEqualTo("lock_waits");
      assertThat(fires.at("/firing/0/sentence").asText()).isEqualTo("2 wait");

      one.stands(snapshot(1, 5), Series.EMPTY, List.of());
      JsonNode fired = watch.next(message -> message.get("firing").isEmpty());
      assertThat(fired.get("fired")).hasSize(1);
      assertThat(fired.at("/fired/0/firing").asBoolean()).isFalse();
      assertThat(fired.at("/fired/0/resolved").asText())
          .isEqualTo(snapshot(1, 5).time().toString());
    }
  }

  @Test
  void live_shouldServeAThousandAtOnce() throws Exception {
    Recording recording = history.begin(start(1));
    List<Watch> watches = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        watches.add(new Watch(i % 2 == 0 ? "api/live" : "api/live?run=" + id(1)));
      }
      recording.ended(end(1, Status.STOPPED));
      for (Watch watch : watches) {
        watch.next(message -> message.at("/runs/0/status").asText().equals("STOPPED"));
      }
      assertThat(get("api/runs").statusCode()).isEqualTo(200);
    } finally {
      for (Watch watch : watches) {
        watch.close();
      }
    }
  }

  /** Who takes nothing of what is sent to him costs nobody else anything. */
  @Test
  void live_shouldNotWaitForWhoIsSlow() throws Exception {
    Recording recording = history.begin(start(1));
    try (Watch slow = new Watch("api/live?run=" + id(1));
        Watch quick = new Watch("api/live?run=" + id(1))) {
      for (int i = 1; i <= 20; i++) {
        recording.stands(snapshot(1, i), series(1, 2000).series(), List.of());
        int now = i;
        quick.next(message -> message.at("/run/snapshot/seconds").asInt() == now);
      }
      slow.next(message -> true);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"})
  void page_shouldOnlyBeRead(String method) throws Exception {
    assertThat(raw(method, "/api/runs", "127.0.0.1:%d", "")).startsWith("HTTP/1.1 405 ");
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example:%d, '',                              403",
    "127.0.0.1:1,     '',                              403",
    "127.0.0.1:%d,    Origin: http://evil.example,     403",
    "127.0.0.1:%d,    Origin: null,                    403",
    "127.0.0.1:%d,    Origin: http://127.0.0.1:%d,     200",
    "localhost:%d,    '',                              200"
  })
  void page_shouldAnswerNoOtherPage(String host, String more, int status) throws Exception {
    assertThat(raw("GET", "/api/runs", host, more)).startsWith("HTTP/1.1 " + status + " ");
    assertThat(raw("GET", "/", host, more)).startsWith("HTTP/1.1 " + status + " ");
    if (status != 200) {
      assertThat(raw("GET", "/api/live", host, more)).startsWith("HTTP/1.1 " + status + " ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/app.js/../../../../etc/passwd",
        "/Page.class",
        "/META-INF/MANIFEST.MF",
        "/api/run?id=../../etc/passwd",
        "/api/live?run=%3Cscript%3E",
        "/api/live?compare=1&with=%3Cscript%3E",
        "/api/compare?id=1&with=%3Cscript%3E",
        "/api/compare?id=none",
        "/api/runs?before=%27%20OR%201=1"
      })
  void page_shouldHaveNothingElse(String path) throws Exception {
    assertThat(raw("GET", path, "127.0.0.1:%d", ""))
        .matches("(?s)HTTP/1.1 (400|404) .*")
        .doesNotContain("root:");
  }

  @Test
  void start_shouldRefuseAPortThatIsTaken() {
    int port = URI.create(dashboard.url()).getPort();

    assertThatThrownBy(() -> Dashboard.start(file, port).close())
        .hasMessage("Cannot serve the dashboard: port %d of 127.0.0.1 is taken".formatted(port));
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(dashboard.url() + path)).build(),
        BodyHandlers.ofByteArray());
  }

  private JsonNode json(String path) throws Exception {
    return mapper.readTree(get(path).body());
  }

  /** What comes back for words that a client's library would not say. */
  private String raw(String method, String path, String host, String more) throws IOException {
    int port = URI.create(dashboard.url()).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      String request =
          "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n"
              .formatted(
                  method,
                  path,
                  host.replace("%d", String.valueOf(port)),
                  more.isEmpty() ? "" : more.replace("%d", String.valueOf(port)) + "\r\n");
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** One who watches, over a socket of his own. */
  private final class Watch implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader lines;

    Watch(String path) throws IOException {
      int port = URI.create(dashboard.url()).getPort();
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(60_000);
      socket
          .getOutputStream()
          .write(
              "GET /%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
                  .formatted(path, port)
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The next message that is as wanted. */
    JsonNode next(Predicate<JsonNode> wanted) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        // A chunk's length stands on a line of its own.
        if (line.startsWith("data:")) {
          JsonNode message = mapper.readTree(line.substring("data:".length()));
          if (wanted.test(message)) {
            return message;
          }
        }
      }
      throw new AssertionError("The server hung up");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
