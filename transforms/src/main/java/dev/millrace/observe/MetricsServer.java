// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what this JVM (this class loader) measures at {@code /metrics}, in the form of Prometheus,
 * for as long as somebody holds it, and if the operator wants it. That is said by an {@link
 * OperatorSetting}:
 *
 * <ul>
 *   <li>{@code MILLRACE_METRICS_PORT}, {@code millrace.metrics.port}: a port, or a first and a last
 *       as in {@code 9400-9409}, of which the first that is free is taken: several processes of a
 *       machine, and several jobs within one, each have their own
 *   <li>{@code MILLRACE_METRICS_HOST}, {@code millrace.metrics.host}: the address to listen at;
 *       default 127.0.0.1
 * </ul>
 *
 * Safe for use by several threads.
 */
public final class MetricsServer {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

  private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

  private static final int HIGHEST = 65_535;

  private static final MetricsServer OF_THIS_JVM = new MetricsServer();

  private int holders;
  private @Nullable HTTPServer server;

  /** Another than that of this JVM: for tests, since who holds that one is anybody's guess. */
  MetricsServer() {}

  /** Serves, if it is wanted, until {@link #release} was called as often as this. */
  public static void hold() {
    OF_THIS_JVM.take();
  }

  /** Takes back one {@link #hold}. */
  public static void release() {
    OF_THIS_JVM.giveBack();
  }

  synchronized void take() {
    if (holders++ == 0) {
      setting("port").ifPresent(ports -> server = start(ports));
    }
  }

  synchronized void giveBack() {
    if (--holders == 0 && server != null) {
      server.close();
      server = null;
    }
  }

  /** Where it serves; empty if it does not. */
  synchronized Optional<Integer> port() {
    return Optional.ofNullable(server).map(HTTPServer::getPort);
  }

  private static Optional<String> setting(String name) {
    return new OperatorSetting("metrics." + name).value();
  }

  /** Work is not to fail for want of a port: it goes on unseen, and the log says so. */
  private static @Nullable HTTPServer start(String ports) {
    Matcher range = PORTS.matcher(ports);
    int first = range.matches() ? Integer.parseInt(range.group(1)) : -1;
    int last = first >= 0 && range.group(2) != null ? Integer.parseInt(range.group(2)) : first;
    if (first < 0 || last < first || last > HIGHEST) {
      LOG.warn("Cannot serve metrics: the port {} (must be as 9400, or as 9400-9409)", ports);
      return null;
    }
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(new Exposition());
    String host = setting("host").orElse("127.0.0.1");
    for (int port = first; port <= last; port++) {
      try {
        HTTPServer started =
            HTTPServer.builder().hostname(host).port(port).registry(registry).buildAndStart();
        LOG.info("Metrics are at http://{}:{}/metrics", host, started.getPort());
        return started;
      } catch (IOException taken) {
        LOG.debug("Cannot serve metrics at {}:{}", host, port, taken);
      }
    }
    LOG.warn("Cannot serve metrics at {}: no port of {} is free", host, ports);
    return null;
  }
}
