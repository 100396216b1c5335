// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines at LF, holding at most one line of at most {@code limit} bytes.
 *
 * <p>Of a longer line the first {@code limit} bytes are kept and the rest is passed over. Not
 * thread-safe.
 */
final class LineReader {
  private static final int CHUNK = 64 * 1024;

  private final InputStream in;
  private final int limit;

  /** Room for the longest line and the CR after it. */
  private final int capacity;

  private final byte[] chunk = new byte[CHUNK];
  private int next;
  private int end;
  private byte[] line = new byte[1024];
  private int length;
  private boolean overlong;

  LineReader(InputStream in, int limit) {
    this.in = in;
    this.limit = limit;
    this.capacity = limit + 1;
  }

  /** Moves to the next line; false at the end. A last line needs no LF. */
  boolean next() throws IOException {
    length = 0;
    overlong = false;
    boolean any = false;
    while (true) {
      if (next == end && !fill()) {
        endLine();
        return any;
      }
      any = true;
      int lf = indexOfLf();
      append(next, lf < 0 ? end : lf);
      if (lf >= 0) {
        next = lf + 1;
        endLine();
        return true;
      }
      next = end;
    }
  }

  /** The bytes of the line without its CR LF or LF; valid up to {@link #length()}, until next. */
  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  /** Whether the line went on after the limit. */
  boolean overlong() {
    return overlong;
  }

  private boolean fill() throws IOException {
    next = 0;
    end = Math.max(0, in.read(chunk));
    return end > 0;
  }

  private int indexOfLf() {
    for (int i = next; i < end; i++) {
      if (chunk[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void append(int from, int to) {
    int wanted = to - from;
    int taken = Math.min(wanted, capacity - length);
    overlong |= taken < wanted;
    if (length + taken > line.length) {
      line = Arrays.copyOf(line, Math.min(capacity, Math.max(2 * line.length, length + taken)));
    }
    System.arraycopy(chunk, from, line, length, taken);
    length += taken;
  }

  private void endLine() {
    if (!overlong && length > 0 && line[length - 1] == '\r') {
      length--;
    }
    overlong |= length > limit;
    length = Math.min(length, limit);
  }
}
