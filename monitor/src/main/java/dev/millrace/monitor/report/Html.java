// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Elements one after another. Text and values of attributes are escaped wherever they come from;
 * the names of elements and attributes are the program's own. Not safe for use by several threads.
 */
final class Html {

  private final StringBuilder out = new StringBuilder(1 << 16);
  private final Deque<String> open = new ArrayDeque<>();

  /** Begins an element with attributes: a name, its value, and so on. */
  Html open(String tag, String... attributes) {
    tag(tag, attributes);
    open.push(tag);
    return this;
  }

  /** An element without an end, as {@code meta}. */
  Html single(String tag, String... attributes) {
    tag(tag, attributes);
    return this;
  }

  /** An element that holds a text. */
  Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  Html text(String text) {
    escape(text);
    return this;
  }

  /** The program's own style, which is no data. */
  Html style(String css) {
    out.append("<style>").append(css).append("</style>");
    return this;
  }

  /** Ends the element that began last. */
  Html close() {
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

  @Override
  public String toString() {
    return "<!DOCTYPE html>\n" + out + "\n";
  }
}
