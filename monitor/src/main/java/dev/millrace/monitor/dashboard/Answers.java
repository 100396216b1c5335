// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import dev.millrace.monitor.Json;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/** What the server says. */
final class Answers {

  private Answers() {}

  static void json(HttpServerExchange exchange, Object value) {
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
    exchange.getResponseSender().send(Json.write(value));
  }
}
