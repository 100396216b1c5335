// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

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

  /** The program's own style, which is no data. */
  public Html style(String css) {
    out.append("<style>").append(css).append("</style>");
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
