// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * By how much a level grows with each piece of work that is done, as the heap does when each leaves
 * something behind. The level is measured now and then and has its ups and downs, from what is
 * under way at the moment; what stays shows in its lowest values. So the lowest of the newer half
 * of the measurements is held against the lowest of the older half, without the first quarter, in
 * which all begins.
 *
 * <p>Of many measurements the lower of each two neighbours is kept. Not safe for use by several
 * threads.
 */
public final class Growth {

  /** Fewer say nothing. */
  static final int LEAST = 4;

  private static final int MOST = 64;

  private record Point(long done, long level) {
    Point lower(Point other) {
      return other.level < level ? other : this;
    }
  }

  private final List<Point> points = new ArrayList<>();

  /**
   * A measurement.
   *
   * @param done pieces of work until then, no fewer than at the last one
   */
  public void add(long done, long level) {
    points.add(new Point(done, level));
    if (points.size() == MOST) {
      List<Point> half = new ArrayList<>();
      for (int i = 0; i < MOST; i += 2) {
        half.add(points.get(i).lower(points.get(i + 1)));
      }
      points.clear();
      points.addAll(half);
    }
  }

  /** How much it grows with each piece, 0 or more; empty while that is not known. */
  public OptionalLong each() {
    if (points.size() < LEAST) {
      return OptionalLong.empty();
    }
    List<Point> later = points.subList(points.size() / 4, points.size());
    Point older = lowest(later.subList(0, later.size() / 2));
    Point newer = lowest(later.subList(later.size() / 2, later.size()));
    long more = newer.done - older.done;
    return more == 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, (newer.level - older.level) / more));
  }

  private static Point lowest(List<Point> some) {
    return some.stream().reduce(Point::lower).orElseThrow();
  }
}
