// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunFilter;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.PathHandler;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves a page over a history, at an address of this machine that no other can reach: the runs of
 * all processes that write to it, new within a second of being written. It reads and changes
 * nothing. Safe for use by several threads.
 *
 * <p>The page is of this process alone, and is sent to none that was not addressed by its own name:
 * requests with another {@code Host} or from another {@code Origin} are refused, so that no page of
 * the web that a user has open can read it.
 */
public final class Dashboard implements AutoCloseable {

  /** The port, unless another is asked for. */
  public static final int DEFAULT_PORT = 9480;

  private static final String HOST = "127.0.0.1";

  /** The page's own; nothing of it comes from elsewhere, and nothing goes there. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<HttpString, String> ALWAYS =
      Map.of(
          new HttpString("Content-Security-Policy"),
          POLICY,
          new HttpString("X-Content-Type-Options"),
          "nosniff",
          new HttpString("Referrer-Policy"),
          "no-referrer",
          new HttpString("Cross-Origin-Resource-Policy"),
          "same-origin",
          Headers.CACHE_CONTROL,
          "no-store");

  private static final Pattern ID = Pattern.compile("[0-9A-Za-z._-]{1,64}");
  private static final int PAGE = 50;
  private static final int LARGEST_REQUEST = 16 * 1024;

  private final History history;
  private final Broadcast broadcast;
  private final Undertow server;
  private final int port;

  private Dashboard(History history, Broadcast broadcast, Undertow server, int port) {
    this.history = history;
    this.broadcast = broadcast;
    this.server = server;
    this.port = port;
  }

  /**
   * Starts to serve.
   *
   * @param file of the history; made if it is not there
   * @param port from 1 to 65535, or 0 for any that is free
   * @throws DashboardException if the port is taken
   * @throws dev.millrace.monitor.history.HistoryException if the file cannot be read
   */
  public static Dashboard start(Path file, int port) {
    return start(file, port, Clock.systemUTC());
  }

  static Dashboard start(Path file, int port, Clock clock) {
    History history = History.open(file, clock);
    Broadcast broadcast = new Broadcast(history);
    Undertow server =
        Undertow.builder()
            .addHttpListener(port, HOST)
            .setIoThreads(1)
            .setWorkerThreads(4)
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, LARGEST_REQUEST)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, 1L)
            .setHandler(guarded(routes(history, broadcast)))
            .build();
    try {
      server.start();
      InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
      broadcast.start();
      return new Dashboard(history, broadcast, server, address.getPort());
    } catch (RuntimeException e) {
      history.close();
      throw e.getCause() instanceof BindException
          ? new DashboardException(
              "Cannot serve the dashboard: port %d of %s is taken".formatted(port, HOST), e)
          : e;
    }
  }

  /** Where it is, for a browser. */
  public String url() {
    return "http://%s:%d/".formatted(HOST, port);
  }

  private static HttpHandler routes(History history, Broadcast broadcast) {
    PathHandler routes = Handlers.path(Page.handler());
    routes.addExactPath("/api/runs", blocking(exchange -> runs(history, exchange)));
    routes.addExactPath("/api/run", blocking(exchange -> run(history, exchange)));
    routes.addExactPath("/api/compare", blocking(exchange -> compare(history, exchange)));
    routes.addExactPath("/api/live", blocking(broadcast.handler()));
    return routes;
  }

  /** What reads the file is not done by the one thread that all requests share. */
  private static HttpHandler blocking(HttpHandler handler) {
    return exchange -> exchange.dispatch(handler);
  }

  private static void runs(History history, HttpServerExchange exchange) {
    String before = id(exchange, "before");
    if (before == null && exchange.getQueryParameters().containsKey("before")) {
      refuse(exchange, StatusCodes.BAD_REQUEST, "Invalid before: (must be the identity of a run)");
      return;
    }
    RunFilter latest = RunFilter.latest(PAGE);
    Answers.json(
        exchange, Map.of("runs", history.runs(before == null ? latest : latest.before(before))));
  }

  private static void run(History history, HttpServerExchange exchange) {
    String id = id(exchange, "id");
    if (id == null) {
      refuse(exchange, StatusCodes.BAD_REQUEST, "Invalid id: (must be the identity of a run)");
      return;
    }
    history
        .run(id)
        .ifPresentOrElse(
            detail -> Answers.json(exchange, detail),
            () -> refuse(exchange, StatusCodes.NOT_FOUND, "Cannot show the run: there is none"));
  }

  private static void compare(History history, HttpServerExchange exchange) {
    String id = id(exchange, "id");
    String with = id(exchange, "with");
    if (id == null || (with == null && exchange.getQueryParameters().containsKey("with"))) {
      refuse(
          exchange,
          StatusCodes.BAD_REQUEST,
          "Invalid id or with: (must be the identities of two runs)");
      return;
    }
    Comparing.of(history, id, with)
        .ifPresentOrElse(
            comparing -> Answers.json(exchange, comparing),
            () -> refuse(exchange, StatusCodes.NOT_FOUND, "Cannot compare the run: there is none"));
  }

  /** A parameter that has the form of a run's identity; null if it is not there, or has not. */
  static @Nullable String id(HttpServerExchange exchange, String name) {
    Deque<String> values = exchange.getQueryParameters().get(name);
    String value = values == null ? null : values.peekFirst();
    return value != null && ID.matcher(value).matches() ? value : null;
  }

  private static void refuse(HttpServerExchange exchange, int status, String why) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.getResponseSender().send(why + "\n");
  }

  /** Lets through who reads, and asked this server by its own name. */
  private static HttpHandler guarded(HttpHandler next) {
    return exchange -> {
      ALWAYS.forEach((name, value) -> exchange.getResponseHeaders().put(name, value));
      int port = exchange.getDestinationAddress().getPort();
      Set<String> names = Set.of(HOST + ":" + port, "localhost:" + port);
      String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
      String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
      if (!exchange.getRequestMethod().equals(Methods.GET)
          && !exchange.getRequestMethod().equals(Methods.HEAD)) {
        exchange.getResponseHeaders().put(Headers.ALLOW, "GET, HEAD");
        refuse(exchange, StatusCodes.METHOD_NOT_ALLOWED, "Cannot do that: this page is only read");
      } else if (host == null || !names.contains(host)) {
        refuse(exchange, StatusCodes.FORBIDDEN, "Cannot answer: this is not that host");
      } else if (origin != null
          && names.stream().map("http://"::concat).noneMatch(origin::equals)) {
        refuse(exchange, StatusCodes.FORBIDDEN, "Cannot answer: another page asks");
      } else {
        next.handleRequest(exchange);
      }
    };
  }

  @Override
  public void close() {
    broadcast.close();
    server.stop();
    history.close();
  }
}
