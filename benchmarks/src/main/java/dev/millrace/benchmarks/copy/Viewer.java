// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.local.flink.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Follows a run as a browser on its dashboard does, and scrapes its metrics as a Prometheus does,
 * from when it answers until this is closed.
 */
public final class Viewer implements AutoCloseable {

  private static final Duration SCRAPE_EVERY = Duration.ofSeconds(5);
  private static final Duration TRY_EVERY = Duration.ofMillis(100);

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicLong followed = new AtomicLong();
  private final AtomicLong scraped = new AtomicLong();
  private final int dashboardPort;
  private final int metricsPort;
  private final Thread follower;
  private final Thread scraper;
  private volatile boolean closed;

  /**
   * Begins, at ports that are free.
   *
   * @throws IOException if there are none
   */
  public Viewer() throws IOException {
    Ports ports = new Ports(new SecureRandom());
    dashboardPort = ports.choose(0);
    metricsPort = ports.choose(dashboardPort);
    follower =
        begin(
            "bench-follower",
            TRY_EVERY,
            "http://127.0.0.1:" + dashboardPort + "/api/live",
            followed);
    scraper =
        begin(
            "bench-scraper", SCRAPE_EVERY, "http://127.0.0.1:" + metricsPort + "/metrics", scraped);
  }

  /** Where the run is to have its dashboard. */
  public int dashboardPort() {
    return dashboardPort;
  }

  /** Where the run is to have its metrics. */
  public int metricsPort() {
    return metricsPort;
  }

  /** Bytes of what the dashboard told. */
  long followedBytes() {
    return followed.get();
  }

  /** Bytes of metrics. */
  long scrapedBytes() {
    return scraped.get();
  }

  private Thread begin(String name, Duration every, String url, AtomicLong bytes) {
    Thread thread =
        new Thread(() -> read(every, HttpRequest.newBuilder(URI.create(url)).build(), bytes), name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void read(Duration every, HttpRequest request, AtomicLong bytes) {
    byte[] buffer = new byte[1 << 16];
    try {
      while (!closed) {
        Duration pause = every;
        try (InputStream in =
            client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body()) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            bytes.addAndGet(n);
          }
        } catch (IOException away) {
          // It has not started, or has ended.
          pause = TRY_EVERY;
        }
        Thread.sleep(pause.toMillis());
      }
    } catch (InterruptedException ended) {
      // The run has ended.
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    follower.interrupt();
    scraper.interrupt();
    follower.join();
    scraper.join();
  }
}
