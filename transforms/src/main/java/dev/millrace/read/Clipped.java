// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.ledger.Interval;
import dev.millrace.ledger.KeyOrder;
import dev.millrace.ledger.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of gaps of which the last has no end, when rows are complete up to a position.
 *
 * @param now what can be read
 * @param tail what is left for later, in order
 */
record Clipped(Range.Gaps now, List<Interval> tail) {

  /**
   * Clips gaps at a position.
   *
   * @param high null when nothing is known to be complete
   */
  static Clipped of(KeyOrder order, Range.Gaps gaps, @Nullable Position high) {
    int last = gaps.left().size() - 1;
    Interval open = gaps.left().get(last);
    List<Interval> now = new ArrayList<>(gaps.left().subList(0, last));
    if (high == null || (open.low() != null && order.compare(high, open.low()) <= 0)) {
      return new Clipped(new Range.Gaps(gaps.epoch(), now), List.of(open));
    }
    now.add(new Interval(open.low(), high));
    return new Clipped(new Range.Gaps(gaps.epoch(), now), List.of(new Interval(high, null)));
  }

  /** Clips the first of some gaps at a position within it, and leaves the others for later. */
  static Clipped first(Range.Gaps gaps, Position end) {
    Interval first = gaps.left().get(0);
    List<Interval> tail = new ArrayList<>(gaps.left());
    tail.set(0, new Interval(end, first.high()));
    return new Clipped(new Range.Gaps(gaps.epoch(), List.of(new Interval(first.low(), end))), tail);
  }
}
