// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Elements one after another. Text and values of attributes are escaped wherever they come from;
 * the names of elements and attributes are the program's own. Not safe for use by several threads.
 */
public final class Html {

  private final StringBuilder out = new StringBuilder(1 << 16);
  private final Deque<String> open = new ArrayDeque<>();

  /** A page that is still empty. */
  public Html() {
    // Nothing is open.
  }

  /**
   * A text that a page is made of, as its style.
   *
   * @param owner beside which class it stands
   * @throws UncheckedIOException if it cannot be read
   */
  public static String part(Class<?> owner, String name) {
    try {
      return Resources.toString(Resources.getResource(owner, name), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read a part of a page: " + e.getMessage(), e);
    }
  }

  /**
   * Begins the page, and writes its head. Should anything ever get through as markup, a browser
   * will neither run nor load it.
   *
   * @param scripts those that may run, as the policy names them; empty if none may
   */
  public Html begin(String title, String style, String scripts) {
    String policy = "default-src 'none'; style-src 'unsafe-inline'";
    if (!scripts.isEmpty()) {
      policy += "; script-src " + scripts;
    }
    open("html", "lang", "en").open("head").single("meta", "charset", "utf-8");
    single("meta", "http-equiv", "Content-Security-Policy", "content", policy);
    single("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    single("meta", "name", "color-scheme", "content", "light dark");
    leaf("title", title);
    out.append("<style>").append(style).append("</style>");
    return close();
  }

  /** Begins an element with attributes: a name, its value, and so on. */
  public Html open(String tag, String... attributes) {
    tag(tag, attributes);
    open.push(tag);
    return this;
  }

  /** An element without an end, as {@code meta}. */
  public Html single(String tag, String... attributes) {
    tag(tag, attributes);
    return this;
  }

  /** An element that holds a text. */
  public Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** A text within the element that began last. */
  public Html text(String text) {
    escape(text);
    return this;
  }

  /** The program's own script, which is no data. */
  public Html script(String script) {
    out.append("<script>").append(script).append("</script>");
    return this;
  }

  /** Data for the page's script, as JSON, which no text in it can end. */
  public Html data(String id, String json) {
    tag("script", "type", "application/json", "id", id);
    out.append(json.replace("<", "\\u003c")).append("</script>");
    return this;
  }

  /** Ends the element that began last. */
  public Html close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  private void tag(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      out.append('"');
    }
    out.append('>');
  }

  private void escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        // HTML has no way to write the other control characters.
        default -> out.append(c < ' ' && c != '\n' && c != '\t' ? '\uFFFD' : c);
      }
    }
  }

  /** The page so far. */
  @Override
  public String toString() {
    return "<!DOCTYPE html>\n" + out + "\n";
  }
}
