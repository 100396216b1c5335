// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.ledger.Interval;
import dev.millrace.ledger.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows between two places of a {@link Scale}, or those that have no place on it since a column of
 * it is NULL. Which end belongs to it, the scale says.
 *
 * @param interval all places for the rows without one
 * @param nulls whether it is the rows without a place
 */
record KeyRange(Interval interval, boolean nulls) {

  static final KeyRange ALL = new KeyRange(Interval.ALL, false);
  static final KeyRange NULLS = new KeyRange(Interval.ALL, true);

  static KeyRange between(@Nullable Position low, @Nullable Position high) {
    return new KeyRange(new Interval(low, high), false);
  }

  @Nullable Position low() {
    return interval.low();
  }

  @Nullable Position high() {
    return interval.high();
  }

  /** This range cut at places within it, which come in order. */
  List<KeyRange> cutAt(List<Position> places) {
    List<KeyRange> parts = new ArrayList<>();
    @Nullable Position low = low();
    for (Position place : places) {
      if (!place.equals(low) && !place.equals(high())) {
        parts.add(between(low, place));
        low = place;
      }
    }
    parts.add(between(low, high()));
    return parts;
  }

  /** Ranges in order with those that touch made one; without the rows that have no place. */
  static List<KeyRange> joined(List<KeyRange> ranges) {
    List<KeyRange> joined = new ArrayList<>();
    for (KeyRange range : ranges) {
      int last = joined.size() - 1;
      if (range.nulls()) {
        continue;
      }
      Position low = range.low();
      if (last >= 0 && low != null && low.equals(joined.get(last).high())) {
        joined.set(last, between(joined.get(last).low(), range.high()));
      } else {
        joined.add(range);
      }
    }
    return joined;
  }
}
