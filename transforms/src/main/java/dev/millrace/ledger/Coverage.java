// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of positions, as intervals that neither overlap nor touch, in their order. One when blocks
 * are committed in the order they were read in; a few when a runner reorders them.
 *
 * <p>Immutable.
 */
final class Coverage {

  private final Comparator<? super Position> order;
  private final List<Interval> intervals;

  private Coverage(Comparator<? super Position> order, List<Interval> intervals) {
    this.order = order;
    this.intervals = List.copyOf(intervals);
  }

  /** No position. */
  static Coverage none(Comparator<? super Position> order) {
    return new Coverage(order, List.of());
  }

  /** The positions of some intervals, in any order. */
  static Coverage of(Comparator<? super Position> order, List<Interval> intervals) {
    Coverage coverage = none(order);
    for (Interval each : intervals) {
      coverage = coverage.plus(each);
    }
    return coverage;
  }

  List<Interval> intervals() {
    return intervals;
  }

  /** These positions and those of an interval. */
  Coverage plus(Interval added) {
    List<Interval> merged = new ArrayList<>();
    Interval joined = added;
    for (Interval each : intervals) {
      // They touch when one begins where the other ends: (a, b] and (b, c] have no gap.
      if (isBefore(each.high(), joined.low())) {
        merged.add(each);
      } else if (isBefore(joined.high(), each.low())) {
        merged.add(joined);
        joined = each;
      } else {
        joined = new Interval(lower(each.low(), joined.low()), upper(each.high(), joined.high()));
      }
    }
    merged.add(joined);
    return new Coverage(order, merged);
  }

  /** The parts of an interval that are not of this set, in their order. */
  List<Interval> gaps(Interval within) {
    List<Interval> gaps = new ArrayList<>();
    Interval rest = within;
    for (Interval each : intervals) {
      if (!overlaps(each, rest)) {
        continue;
      }
      if (isLower(rest.low(), each.low())) {
        gaps.add(new Interval(rest.low(), each.low()));
      }
      if (!isHigher(rest.high(), each.high())) {
        return gaps;
      }
      rest = new Interval(each.high(), rest.high());
    }
    gaps.add(rest);
    return gaps;
  }

  boolean covers(Interval interval) {
    return gaps(interval).isEmpty();
  }

  /** Whether two intervals share a position, as far as positions lie between every two bounds. */
  private boolean overlaps(Interval a, Interval b) {
    return isLowBelowHigh(a.low(), b.high()) && isLowBelowHigh(b.low(), a.high());
  }

  private boolean isLowBelowHigh(@Nullable Position low, @Nullable Position high) {
    return low == null || high == null || order.compare(low, high) < 0;
  }

  /** Whether all up to {@code high} comes before all above {@code low}, with a gap between. */
  private boolean isBefore(@Nullable Position high, @Nullable Position low) {
    return high != null && low != null && order.compare(high, low) < 0;
  }

  private boolean isLower(@Nullable Position a, @Nullable Position b) {
    return b != null && (a == null || order.compare(a, b) < 0);
  }

  private boolean isHigher(@Nullable Position a, @Nullable Position b) {
    return b != null && (a == null || order.compare(a, b) > 0);
  }

  private @Nullable Position lower(@Nullable Position a, @Nullable Position b) {
    return a == null || isLower(a, b) ? a : b;
  }

  private @Nullable Position upper(@Nullable Position a, @Nullable Position b) {
    return a == null || isHigher(a, b) ? a : b;
  }

  /** Whether a position is of this set. */
  boolean contains(Position position) {
    return intervals.stream()
        .anyMatch(
            each ->
                (each.low() == null || order.compare(each.low(), position) < 0)
                    && (each.high() == null || order.compare(position, each.high()) <= 0));
  }

  @Override
  public String toString() {
    return intervals.toString();
  }
}
