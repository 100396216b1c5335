// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.ledger.Interval;
import dev.millrace.ledger.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows between two places of a {@link Scale}, or those that have no place on it since a column of
 * it is NULL; of these all, or those whose keys' digests fall into one of some parts. Which end of
 * the interval belongs to it, the scale says.
 *
 * @param interval all places for the rows without one
 * @param nulls whether it is the rows without a place
 * @param part which of the parts, from 0
 * @param parts a power of 2; 1 for all rows
 */
record KeyRange(Interval interval, boolean nulls, int part, int parts) {

  static final KeyRange ALL = new KeyRange(Interval.ALL, false, 0, 1);
  static final KeyRange NULLS = new KeyRange(Interval.ALL, true, 0, 1);

  static KeyRange between(@Nullable Position low, @Nullable Position high) {
    return new KeyRange(new Interval(low, high), false, 0, 1);
  }

  @Nullable Position low() {
    return interval.low();
  }

  @Nullable Position high() {
    return interval.high();
  }

  /** This range cut at places within it, which come in order. */
  List<KeyRange> cutAt(List<Position> places) {
    List<KeyRange> cut = new ArrayList<>();
    @Nullable Position low = low();
    for (Position place : places) {
      if (!place.equals(low) && !place.equals(high())) {
        cut.add(between(low, place));
        low = place;
      }
    }
    cut.add(between(low, high()));
    return cut;
  }

  /** This range cut by the digests of its keys. */
  List<KeyRange> cutInto(int number) {
    List<KeyRange> cut = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      cut.add(new KeyRange(interval, nulls, i, number));
    }
    return cut;
  }

  /** The whole range that this is a part of. */
  KeyRange whole() {
    return new KeyRange(interval, nulls, 0, 1);
  }

  /** Whole ranges in order with those that touch made one; without the rows that have no place. */
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
