// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.base.Ticker;
import dev.millrace.monitor.history.History;
import dev.millrace.monitor.history.RunFilter;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.PathHandler;
import io.undertow.util.StatusCodes;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Deque;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;
import org.xnio.Sequence;

/**
 * Serves a page over a history: the runs of all processes that write to it, new within a second of
 * being written. It reads and changes nothing. Who reaches it says {@link Access}: at first this
 * machine alone, others only by TLS and with a token. Safe for use by several threads.
 *
 * <p>The page is of this process alone, and is sent to none that was not addressed by its own name:
 * requests with another {@code Host} or from another {@code Origin} are refused, so that no page of
 * the web that a user has open can read it.
 */
public final class Dashboard implements AutoCloseable {

  /** The port, unless another is asked for. */
  public static final int DEFAULT_PORT = 9480;

  private static final Pattern ID = Pattern.compile("[0-9A-Za-z._-]{1,64}");
  private static final int PAGE = 50;
  private static final int LARGEST_REQUEST = 16 * 1024;
  private static final int SLOWEST_REQUEST_MILLIS = 10_000;
  private static final int LONGEST_SILENCE_MILLIS = 60_000;

  /** Of TLS 1.3 all; of TLS 1.2 those with forward secrecy that authenticate what they encrypt. */
  private static final Pattern CIPHERS =
      Pattern.compile("TLS_(AES|CHACHA20|ECDHE_.*_WITH_(AES_\\d+_GCM|CHACHA20))_.*");

  private final History history;
  private final Broadcast broadcast;
  private final Undertow server;
  private final String url;

  private Dashboard(History history, Broadcast broadcast, Undertow server, String url) {
    this.history = history;
    this.broadcast = broadcast;
    this.server = server;
    this.url = url;
  }

  /**
   * Starts to serve at a loopback address, in the clear and without a token.
   *
   * @param file of the history; made if it is not there
   * @param port from 1 to 65535, or 0 for any that is free
   * @throws DashboardException if the port is taken
   * @throws dev.millrace.monitor.history.HistoryException if the file cannot be read
   */
  public static Dashboard start(Path file, int port) {
    return start(file, Access.loopback(port));
  }

  /**
   * Starts to serve.
   *
   * @param file of the history; made if it is not there
   * @throws DashboardException if it cannot listen at that address
   * @throws dev.millrace.monitor.history.HistoryException if the file cannot be read
   */
  public static Dashboard start(Path file, Access access) {
    return start(file, access, Clock.systemUTC(), Ticker.systemTicker());
  }

  static Dashboard start(Path file, Access access, Clock clock, Ticker ticker) {
    InetAddress bound = access.resolved();
    History history = History.open(file, clock);
    Broadcast broadcast = new Broadcast(history);
    Token token = access.token();
    SignIn signIn =
        token == null
            ? null
            : new SignIn(
                new Attempts(token, ticker), new Sessions(ticker), access.certificate() != null);
    Undertow server =
        listening(access, bound)
            .setIoThreads(1)
            .setWorkerThreads(4)
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, LARGEST_REQUEST)
            .setServerOption(
                UndertowOptions.MAX_ENTITY_SIZE, signIn == null ? 1L : SignIn.LARGEST_FORM)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, SLOWEST_REQUEST_MILLIS)
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, LONGEST_SILENCE_MILLIS)
            .setHandler(new Guard(access, bound, signIn, routes(history, broadcast)))
            .build();
    try {
      server.start();
      InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
      broadcast.start();
      String url = HostNames.of(access, bound, address.getPort()).url();
      return new Dashboard(history, broadcast, server, url);
    } catch (RuntimeException e) {
      history.close();
      throw e.getCause() instanceof BindException why ? unbound(access.address(), why) : e;
    }
  }

  private static Undertow.Builder listening(Access access, InetAddress bound) {
    int port = access.address().port();
    String host = bound.getHostAddress();
    ServerCertificate certificate = access.certificate();
    if (certificate == null) {
      return Undertow.builder().addHttpListener(port, host);
    }
    SSLContext context = certificate.context();
    return Undertow.builder()
        .addHttpsListener(port, host, context)
        .setSocketOption(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.3", "TLSv1.2"))
        .setSocketOption(
            Options.SSL_ENABLED_CIPHER_SUITES,
            Sequence.of(
                Stream.of(context.getDefaultSSLParameters().getCipherSuites())
                    .filter(suite -> CIPHERS.matcher(suite).matches())
                    .toList()));
  }

  private static DashboardException unbound(Address address, BindException why) {
    return new DashboardException(
        String.valueOf(why.getMessage()).contains("in use")
            ? "Cannot serve the dashboard: port %d of %s is taken"
                .formatted(address.port(), address.host())
            : "Cannot serve the dashboard at %s: %s".formatted(address, why.getMessage()),
        why);
  }

  /** Where it is, for a browser. */
  public String url() {
    return url;
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
      Answers.refuse(
          exchange, StatusCodes.BAD_REQUEST, "Invalid before: (must be the identity of a run)");
      return;
    }
    RunFilter latest = RunFilter.latest(PAGE);
    Answers.json(
        exchange, Map.of("runs", history.runs(before == null ? latest : latest.before(before))));
  }

  private static void run(History history, HttpServerExchange exchange) {
    String id = id(exchange, "id");
    if (id == null) {
      Answers.refuse(
          exchange, StatusCodes.BAD_REQUEST, "Invalid id: (must be the identity of a run)");
      return;
    }
    history
        .run(id)
        .ifPresentOrElse(
            detail -> Answers.json(exchange, detail),
            () ->
                Answers.refuse(
                    exchange, StatusCodes.NOT_FOUND, "Cannot show the run: there is none"));
  }

  private static void compare(History history, HttpServerExchange exchange) {
    String id = id(exchange, "id");
    String with = id(exchange, "with");
    if (id == null || (with == null && exchange.getQueryParameters().containsKey("with"))) {
      Answers.refuse(
          exchange,
          StatusCodes.BAD_REQUEST,
          "Invalid id or with: (must be the identities of two runs)");
      return;
    }
    Comparing.of(history, id, with)
        .ifPresentOrElse(
            comparing -> Answers.json(exchange, comparing),
            () ->
                Answers.refuse(
                    exchange, StatusCodes.NOT_FOUND, "Cannot compare the run: there is none"));
  }

  /** A parameter that has the form of a run's identity; null if it is not there, or has not. */
  static @Nullable String id(HttpServerExchange exchange, String name) {
    Deque<String> values = exchange.getQueryParameters().get(name);
    String value = values == null ? null : values.peekFirst();
    return value != null && ID.matcher(value).matches() ? value : null;
  }

  @Override
  public void close() {
    broadcast.close();
    server.stop();
    history.close();
  }
}
