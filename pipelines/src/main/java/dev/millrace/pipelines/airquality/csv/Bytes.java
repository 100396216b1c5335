// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Looks at a line's bytes before they become text, and shows those that cannot. */
final class Bytes {
  private Bytes() {}

  /** The position of the first NUL, -1 where there is none. */
  static int indexOfNul(byte[] line, int length) {
    for (int i = 0; i < length; i++) {
      if (line[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  /** The position of the first byte that is not UTF-8, -1 where all are. */
  static int indexOfMalformed(byte[] line, int length) {
    int ascii = 0;
    while (ascii < length && line[ascii] >= 0) {
      ascii++;
    }
    if (ascii == length) {
      return -1;
    }
    ByteBuffer in = ByteBuffer.wrap(line, ascii, length - ascii);
    CoderResult result =
        StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(length - ascii), true);
    return result.isError() ? in.position() : -1;
  }

  /**
   * The line's beginning as text that any database can hold.
   *
   * @param limit in characters; a line that is longer ends in {@code ...}
   */
  static String printable(byte[] line, int length, int limit) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(line, 0, length);
    CharBuffer out = CharBuffer.allocate(limit);
    StringBuilder text = new StringBuilder();
    CoderResult result = decoder.decode(in, out, true);
    escape(out, text);
    while (result.isError() && text.length() <= limit) {
      for (int i = 0; i < result.length(); i++) {
        hex(in.get(), text);
      }
      decoder.reset();
      out.clear();
      result = decoder.decode(in, out, true);
      escape(out, text);
    }
    if (text.length() <= limit && !in.hasRemaining()) {
      return text.toString();
    }
    int cut = Math.min(text.length(), limit - 3);
    if (Character.isHighSurrogate(text.charAt(cut - 1))) {
      cut--;
    }
    return text.substring(0, cut) + "...";
  }

  private static void escape(CharBuffer decoded, StringBuilder text) {
    decoded.flip();
    while (decoded.hasRemaining()) {
      char c = decoded.get();
      if (c == '\\') {
        text.append("\\\\");
      } else if (c < ' ' || c == 0x7f) {
        hex((byte) c, text);
      } else {
        text.append(c);
      }
    }
  }

  private static void hex(byte b, StringBuilder text) {
    text.append(String.format(Locale.ROOT, "\\x%02x", b));
  }
}
