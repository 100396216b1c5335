// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.OptionalDouble;

/** By how much a counter grew of late. */
final class RateWindow {

  private static final double NANOS = 1e9;

  private final Duration length;
  private final Deque<Sample> samples = new ArrayDeque<>();

  /**
   * A look.
   *
   * @param count what the counter said
   * @param grown by how much it had grown since the first, as far as can be seen
   */
  private record Sample(Instant time, double count, double grown) {}

  RateWindow(Duration length) {
    this.length = length;
  }

  /**
   * Takes a look.
   *
   * @param time later than before
   * @param count since the counter began; less than before if it has begun anew
   */
  void add(Instant time, double count) {
    double grown = 0;
    if (!samples.isEmpty()) {
      Sample last = samples.getLast();
      grown = last.grown + (count >= last.count ? count - last.count : count);
    }
    samples.addLast(new Sample(time, count, grown));
    // The window begins at the latest look that is not within it.
    Instant begin = time.minus(length);
    Iterator<Sample> each = samples.iterator();
    each.next();
    int outside = 0;
    while (each.hasNext() && !each.next().time.isAfter(begin)) {
      outside++;
    }
    for (int i = 0; i < outside; i++) {
      samples.removeFirst();
    }
  }

  /** Empty before the second look. */
  OptionalDouble perSecond() {
    if (samples.size() < 2) {
      return OptionalDouble.empty();
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double seconds = Duration.between(first.time, last.time).toNanos() / NANOS;
    return OptionalDouble.of((last.grown - first.grown) / seconds);
  }
}
