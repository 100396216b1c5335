// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits one line at its commas; a field may stand in double quotes, and a quote within it is
 * doubled (RFC 4180). A field does not go on in the next line: no measurement holds a line end, and
 * so a quote left open costs its own line and no other.
 */
final class Fields {

  /** Says what keeps a line from being a record. */
  static final class Malformed extends Exception {
    Malformed(String reason) {
      super(reason, null, false, false);
    }
  }

  private final byte[] line;
  private final int length;
  private final List<String> fields;
  private int at;

  private Fields(byte[] line, int length, int expected) {
    this.line = line;
    this.length = length;
    this.fields = new ArrayList<>(expected);
  }

  static List<String> split(byte[] line, int length, int expected) throws Malformed {
    return new Fields(line, length, expected).split();
  }

  private List<String> split() throws Malformed {
    while (true) {
      fields.add(at < length && line[at] == '"' ? quoted() : bare());
      if (at == length) {
        return fields;
      }
      at++;
    }
  }

  private String bare() throws Malformed {
    int from = at;
    while (at < length && line[at] != ',') {
      if (line[at] == '"') {
        throw new Malformed("has a quote inside the unquoted field " + (fields.size() + 1));
      }
      at++;
    }
    return text(from, at);
  }

  private String quoted() throws Malformed {
    int from = ++at;
    boolean doubled = false;
    while (true) {
      if (at == length) {
        throw new Malformed("leaves the quote of field " + (fields.size() + 1) + " open");
      }
      if (line[at] == '"') {
        if (at + 1 == length || line[at + 1] != '"') {
          break;
        }
        doubled = true;
        at++;
      }
      at++;
    }
    String text = text(from, at++);
    if (at < length && line[at] != ',') {
      throw new Malformed("has text after the closing quote of field " + (fields.size() + 1));
    }
    return doubled ? text.replace("\"\"", "\"") : text;
  }

  private String text(int from, int to) {
    return new String(line, from, to - from, StandardCharsets.UTF_8);
  }
}
