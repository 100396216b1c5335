// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets through who reads, asked this server by its own name, and has shown the token if there is
 * one. It stands before all that there is.
 */
final class Guard implements HttpHandler {

  /** The page's own; nothing of it comes from elsewhere, and nothing goes there. */
  static final String POLICY =
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

  /**
   * A day, which each visit renews: it holds for all ports of a host, and others may serve plain
   * HTTP there.
   */
  private static final String ONLY_TLS = "max-age=86400";

  private final Access access;
  private final InetAddress bound;
  private final @Nullable SignIn signIn;
  private final HttpHandler next;
  private volatile @Nullable HostNames names;

  Guard(Access access, InetAddress bound, @Nullable SignIn signIn, HttpHandler next) {
    this.access = access;
    this.bound = bound;
    this.signIn = signIn;
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    HeaderMap answer = exchange.getResponseHeaders();
    ALWAYS.forEach(answer::put);
    if (access.certificate() != null && !bound.isLoopbackAddress()) {
      answer.put(Headers.STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
    HeaderValues host = exchange.getRequestHeaders().get(Headers.HOST);
    HeaderValues origin = exchange.getRequestHeaders().get(Headers.ORIGIN);
    HostNames own = names(exchange);
    if (host == null || host.size() != 1 || !own.has(host.getFirst())) {
      Answers.refuse(exchange, StatusCodes.FORBIDDEN, "Cannot answer: this is not that host");
    } else if (origin != null && !origin.stream().allMatch(own::hasOrigin)) {
      Answers.refuse(exchange, StatusCodes.FORBIDDEN, "Cannot answer: another page asks");
    } else if (signIn == null || signIn.letsThrough(exchange)) {
      read(exchange);
    }
  }

  private void read(HttpServerExchange exchange) throws Exception {
    if (Answers.isRead(exchange)) {
      next.handleRequest(exchange);
    } else {
      exchange.getResponseHeaders().put(Headers.ALLOW, "GET, HEAD");
      Answers.refuse(
          exchange, StatusCodes.METHOD_NOT_ALLOWED, "Cannot do that: this page is only read");
    }
  }

  /** Known once it listens, since the port may have been any. */
  private HostNames names(HttpServerExchange exchange) {
    HostNames known = names;
    if (known == null) {
      known = HostNames.of(access, bound, exchange.getDestinationAddress().getPort());
      names = known;
    }
    return known;
  }
}
