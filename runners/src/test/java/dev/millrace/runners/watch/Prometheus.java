// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A real Prometheus on loopback, from the system's packages, that scrapes four times a second. */
public final class Prometheus implements AutoCloseable {

  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
  private static final Duration READY = Duration.ofSeconds(60);

  private final Process process;
  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile String scraped = "";

  private Prometheus(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  public static boolean isInstalled() {
    return Files.isExecutable(PROMETHEUS) && Files.isExecutable(PROMTOOL);
  }

  /** Starts one that scrapes some ports from the first on, whether anybody is there or not. */
  public static Prometheus scraping(Path folder, int first, int ports) throws Exception {
    Files.createDirectories(folder);
    String targets =
        IntStream.range(first, first + ports)
            .mapToObj(port -> "'127.0.0.1:" + port + "'")
            .collect(Collectors.joining(", "));
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 250ms, scrape_timeout: 250ms}
        scrape_configs:
        - job_name: millrace
          static_configs:
          - targets: [%s]
        """
            .formatted(targets));
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                PROMETHEUS.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    Prometheus prometheus = new Prometheus(process, port);
    prometheus.awaitReady();
    prometheus.keep(first, ports);
    return prometheus;
  }

  private void awaitReady() throws Exception {
    long deadline = System.nanoTime() + READY.toNanos();
    while (true) {
      try {
        get(port, "/-/ready");
        return;
      } catch (IOException notYet) {
        if (System.nanoTime() > deadline) {
          close();
          throw notYet;
        }
        Thread.sleep(100);
      }
    }
  }

  /** Keeps the last page that somebody served, to look at it when nobody does any more. */
  private void keep(int first, int ports) {
    Thread keeper =
        new Thread(
            () -> {
              while (process.isAlive()) {
                for (int each = first; each < first + ports; each++) {
                  try {
                    scraped = get(each, "/metrics");
                  } catch (IOException nobody) {
                    // Perhaps the next one.
                  }
                }
              }
            });
    keeper.setDaemon(true);
    keeper.start();
  }

  private String get(int from, String path) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + from + path);
    try {
      HttpResponse<String> answer =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(uri + " answered " + answer.statusCode() + ": " + answer.body());
      }
      return answer.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot wait for " + uri, e);
    }
  }

  /** The one number that a query comes to. */
  public double number(String query) throws IOException {
    String path = "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
    JsonNode result = new ObjectMapper().readTree(get(port, path)).at("/data/result");
    if (result.size() != 1) {
      throw new IOException("Cannot take one number of " + result + ": " + query);
    }
    return Double.parseDouble(result.get(0).at("/value/1").asText());
  }

  /** How many numbers a query comes to in the last minutes, second by second, of all series. */
  int points(String query, Duration minutes) throws IOException {
    long now = Instant.now().getEpochSecond();
    String path =
        "/api/v1/query_range?step=1&start=%d&end=%d&query=%s"
            .formatted(
                now - minutes.toSeconds(), now, URLEncoder.encode(query, StandardCharsets.UTF_8));
    int points = 0;
    for (JsonNode series : new ObjectMapper().readTree(get(port, path)).at("/data/result")) {
      for (JsonNode point : series.get("values")) {
        points += Double.isFinite(number(point.get(1))) ? 1 : 0;
      }
    }
    return points;
  }

  private static double number(JsonNode point) {
    String text = point.asText();
    return text.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  /** What {@code promtool check metrics} finds wrong with the last page served. */
  public List<String> lint() throws IOException, InterruptedException {
    Process promtool =
        new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    try (OutputStream in = promtool.getOutputStream()) {
      in.write(scraped.getBytes(StandardCharsets.UTF_8));
    }
    String found = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (scraped.isEmpty() || !promtool.waitFor(1, TimeUnit.MINUTES)) {
      throw new IOException("Cannot check metrics: nobody served any");
    }
    return found.lines().toList();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(10, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
