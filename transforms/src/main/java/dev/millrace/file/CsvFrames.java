// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

/**
 * Where the records of a CSV file end, by the bytes: after a line break that is not quoted. In
 * UTF-8 no part of another character looks like a quote, a separator or a line break.
 */
final class CsvFrames {

  private enum State {
    START,
    TEXT,
    QUOTED,
    /** After a quote within quotes, which ends them or stands for itself with another. */
    MAYBE_CLOSED
  }

  private final byte separator;
  private final boolean quotes;

  CsvFrames(Csv csv) {
    this.separator = (byte) csv.separator();
    this.quotes = !csv.oneLineEach();
  }

  /**
   * The end of the record that reaches {@code enough} bytes, or else of the last that ends.
   *
   * @param from where a record begins
   * @return {@code from} if none ends
   */
  int end(byte[] bytes, int from, int to, int enough) {
    State state = State.START;
    int end = from;
    for (int i = from; i < to; i++) {
      state = next(state, bytes[i]);
      if (state == State.START && bytes[i] == '\n') {
        end = i + 1;
        if (end - from >= enough) {
          return end;
        }
      }
    }
    return end;
  }

  private State next(State state, byte each) {
    if (state == State.QUOTED) {
      return each == '"' ? State.MAYBE_CLOSED : State.QUOTED;
    }
    if (each == '"' && quotes) {
      return state == State.TEXT ? State.TEXT : State.QUOTED;
    }
    return each == separator || each == '\n' || each == '\r' ? State.START : State.TEXT;
  }
}
