// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import java.util.List;

/** A range, summed up on both sides. */
record Compared(KeyRange range, RangeSum source, RangeSum target) {

  boolean differs() {
    return !source.hasEqualRows(target);
  }

  /** Whether only one side has rows there, so that nothing is left to compare. */
  boolean isOneSided() {
    return source.rows() == 0 || target.rows() == 0;
  }

  /** Rows of the side that has more of them. */
  long rows() {
    return Math.max(source.rows(), target.rows());
  }

  static long rows(List<Compared> ranges) {
    return ranges.stream().mapToLong(Compared::rows).sum();
  }

  static Both<RangeSum> total(List<Compared> ranges) {
    RangeSum source = RangeSum.NONE;
    RangeSum target = RangeSum.NONE;
    for (Compared range : ranges) {
      source = source.plus(range.source());
      target = target.plus(range.target());
    }
    return new Both<>(source, target);
  }
}
