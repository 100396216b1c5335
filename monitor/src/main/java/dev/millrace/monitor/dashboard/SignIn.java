// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.millrace.monitor.dashboard.Attempts.Verdict;
import io.undertow.io.Receiver;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.Cookie;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * Asks for the token: programs show it with each request, as {@code Authorization: Bearer TOKEN};
 * browsers once, in a form that stands in place of the page, for a cookie that is not the token.
 * Safe for use by several threads.
 */
final class SignIn {

  /** Bytes that the server has to take; no other request has any. */
  static final long LARGEST_FORM = 4096;

  private static final String BEARER = "Bearer ";
  private static final String FIELD = "token=";
  private static final String STYLE = "/sign-in.css";
  private static final String WRONG = "Cannot sign in: that is not the token.";
  private static final String TOO_MANY =
      "Cannot sign in: there were too many wrong tokens; try again in a minute.";
  private static final long SLOWEST_SECONDS = 10;

  private final Attempts attempts;
  private final Sessions sessions;
  private final boolean isSecure;

  /**
   * One for a server.
   *
   * @param isSecure whether there is TLS
   */
  SignIn(Attempts attempts, Sessions sessions, boolean isSecure) {
    this.attempts = attempts;
    this.sessions = sessions;
    this.isSecure = isSecure;
  }

  /** Whether the request may go on; if not, it has its answer, or will have it. */
  boolean letsThrough(HttpServerExchange exchange) {
    if (exchange.getRequestMethod().equals(Methods.POST) && exchange.getRequestPath().equals("/")) {
      receive(exchange);
      return false;
    }
    if (exchange.getRequestPath().equals(STYLE)) {
      return true;
    }
    Cookie cookie = exchange.getRequestCookie(cookieName(exchange));
    if (cookie != null && sessions.has(cookie.getValue())) {
      return true;
    }
    Optional<Verdict> verdict = shown(exchange).map(token -> judge(exchange, token));
    if (verdict.isPresent() && verdict.get() == Verdict.RIGHT) {
      return true;
    }
    refuse(exchange, verdict);
    return false;
  }

  private static Optional<String> shown(HttpServerExchange exchange) {
    HeaderValues values = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
    return Stream.ofNullable(values)
        .flatMap(HeaderValues::stream)
        .filter(each -> each.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(each -> each.substring(BEARER.length()).strip())
        .findFirst();
  }

  private Verdict judge(HttpServerExchange exchange, String token) {
    return attempts.judge(exchange.getSourceAddress().getAddress(), token);
  }

  private static void refuse(HttpServerExchange exchange, Optional<Verdict> verdict) {
    boolean isTooMany = verdict.isPresent() && verdict.get() == Verdict.TOO_MANY;
    int status = status(exchange, isTooMany);
    if (verdict.isEmpty() && exchange.getRequestPath().equals("/") && Answers.isRead(exchange)) {
      page(exchange, status, "");
    } else {
      Answers.refuse(
          exchange,
          status,
          isTooMany
              ? TOO_MANY
              : verdict.isPresent()
                  ? WRONG
                  : "Cannot answer: the dashboard asks for its token (Authorization: Bearer TOKEN)");
    }
  }

  private static int status(HttpServerExchange exchange, boolean isTooMany) {
    if (isTooMany) {
      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, Attempts.WINDOW.toSeconds());
      return StatusCodes.TOO_MANY_REQUESTS;
    }
    exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer realm=\"Millrace\"");
    return StatusCodes.UNAUTHORIZED;
  }

  private void receive(HttpServerExchange exchange) {
    // Who begins a form and does not end it has not shown yet that he may keep a connection.
    XnioExecutor.Key late =
        exchange
            .getIoThread()
            .executeAfter(
                () -> IoUtils.safeClose(exchange.getConnection()), SLOWEST_SECONDS, SECONDS);
    Receiver receiver = exchange.getRequestReceiver();
    receiver.receiveFullString(
        (from, form) -> {
          late.remove();
          answer(from, token(form));
        },
        (from, why) -> {
          late.remove();
          Answers.refuse(from, StatusCodes.BAD_REQUEST, "Cannot sign in: the form is broken");
        },
        StandardCharsets.UTF_8);
  }

  /** Empty if there is none. */
  private static String token(String form) {
    try {
      return form.startsWith(FIELD)
          ? URLDecoder.decode(form.substring(FIELD.length()), StandardCharsets.UTF_8).strip()
          : "";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private void answer(HttpServerExchange exchange, String token) {
    if (token.isEmpty()) {
      page(exchange, status(exchange, false), "");
      return;
    }
    Verdict verdict = judge(exchange, token);
    if (verdict == Verdict.RIGHT) {
      exchange
          .getResponseHeaders()
          .put(
              Headers.SET_COOKIE,
              "%s=%s; Path=/; HttpOnly; SameSite=Strict%s"
                  .formatted(cookieName(exchange), sessions.begin(), isSecure ? "; Secure" : ""))
          .put(Headers.LOCATION, "/");
      exchange.setStatusCode(StatusCodes.SEE_OTHER);
      exchange.endExchange();
    } else {
      boolean isTooMany = verdict == Verdict.TOO_MANY;
      page(exchange, status(exchange, isTooMany), isTooMany ? TOO_MANY : WRONG);
    }
  }

  private static void page(HttpServerExchange exchange, int status, String note) {
    exchange.setStatusCode(status);
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, Page.HTML)
        .put(
            new HttpString("Content-Security-Policy"),
            Guard.POLICY.replace("form-action 'none'", "form-action 'self'"))
        // Of a form on a page without a referrer browsers do not tell the origin.
        .put(new HttpString("Referrer-Policy"), "same-origin");
    exchange.getResponseSender().send(Page.signIn(note));
  }

  /** With the port, as browsers show cookies to all ports of a host. */
  private String cookieName(HttpServerExchange exchange) {
    return (isSecure ? "__Host-" : "") + "millrace-" + exchange.getDestinationAddress().getPort();
  }
}
