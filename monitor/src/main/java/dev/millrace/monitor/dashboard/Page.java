// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static java.util.Objects.requireNonNull;

import com.google.common.io.Resources;
import io.undertow.server.HttpHandler;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files that the page is made of: from within the program, and no others. */
final class Page {

  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";

  static final String HTML = "text/html; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private static final List<String> SCRIPTS =
      List.of(
          "app", "runs", "alerts", "run", "compare", "stages", "charts", "grid", "dom", "format");

  private static final String SIGN_IN =
      StandardCharsets.UTF_8.decode(own("sign-in.html", HTML).bytes().duplicate()).toString();

  private Page() {}

  private record PageFile(String type, ByteBuffer bytes) {}

  /** Answers for a path that is one of the files, and with 404 for any other. */
  static HttpHandler handler() {
    Map<String, PageFile> files = files();
    return exchange -> {
      PageFile file = files.get(exchange.getRelativePath());
      if (file == null) {
        exchange.setStatusCode(StatusCodes.NOT_FOUND);
        return;
      }
      exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, file.type());
      exchange.getResponseSender().send(file.bytes().duplicate());
    };
  }

  /**
   * The page that asks for the token.
   *
   * @param note why it asks again, without markup; empty if it has not asked
   */
  static String signIn(String note) {
    return SIGN_IN.replace("{note}", note);
  }

  private static Map<String, PageFile> files() {
    Map<String, PageFile> files = new HashMap<>();
    PageFile index = own("index.html", HTML);
    files.put("/", index);
    files.put("", index);
    files.put("/app.css", own("app.css", STYLE));
    files.put("/sign-in.css", own("sign-in.css", STYLE));
    files.put("/icon.svg", own("icon.svg", "image/svg+xml"));
    for (String script : SCRIPTS) {
      files.put("/" + script + ".js", own(script + ".js", SCRIPT));
    }
    files.put("/uplot.js", webjar("uPlot.iife.min.js", SCRIPT));
    files.put("/uplot.css", webjar("uPlot.min.css", STYLE));
    return files;
  }

  private static PageFile own(String name, String type) {
    return read(requireNonNull(Page.class.getResource(name), name), type);
  }

  private static PageFile webjar(String name, String type) {
    return read(Resources.getResource(UPLOT + name), type);
  }

  private static PageFile read(URL place, String type) {
    try {
      return new PageFile(type, ByteBuffer.wrap(Resources.toByteArray(place)).asReadOnlyBuffer());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read a file of the dashboard: " + e.getMessage(), e);
    }
  }
}
