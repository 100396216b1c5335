// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.observe.Measure;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many rows a JVM has moved: a child tells it in lines, and its parent counts them as its own,
 * so that its figures are those of the run, and it is not taken for stalled. Thread-safe.
 */
final class RowsMoved {

  private static final Pattern LINE = Pattern.compile("moved read=(\\d{1,18}) written=(\\d{1,18})");

  private long read;
  private long written;

  /** Within a child: what it has moved, if that is more than before. */
  synchronized Optional<String> line() {
    long readNow = Measure.ROWS_READ.total();
    long writtenNow = Measure.ROWS_WRITTEN.total();
    if (readNow == read && writtenNow == written) {
      return Optional.empty();
    }
    read = readNow;
    written = writtenNow;
    return Optional.of("moved read=%d written=%d".formatted(read, written));
  }

  /** Within its parent: counts what a line tells; false if it is another line. */
  synchronized boolean count(String line) {
    Matcher told = LINE.matcher(line);
    if (!told.matches()) {
      return false;
    }
    count(Long.parseLong(told.group(1)), Long.parseLong(told.group(2)));
    return true;
  }

  /** Within its parent: counts what a child has moved by now. */
  synchronized void count(long readNow, long writtenNow) {
    add(Measure.ROWS_READ, readNow - read);
    add(Measure.ROWS_WRITTEN, writtenNow - written);
    read = readNow;
    written = writtenNow;
  }

  private static void add(Measure measure, long more) {
    if (more > 0) {
      Measure.registry().counter(measure.metric()).inc(more);
    }
  }
}
