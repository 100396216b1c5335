// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a sequence had given out, and when, as looks saw it. A transaction that drew a number up to
 * a barrier's had begun by its time, so that the number is closed once no transaction is open from
 * before.
 *
 * <p>At most {@value #MOST}, oldest first: of more, one that is close to others is forgotten, and
 * its numbers are closed with the next one's.
 */
record Barriers(List<Barrier> list) {

  static final int MOST = 16;
  static final Barriers NONE = new Barriers(List.of());

  /**
   * How far the numbers were at a time.
   *
   * @param value the last that was given out
   * @param at microseconds since 1970 by the server's clock, read after the value
   */
  record Barrier(long value, long at) {}

  Barriers {
    list = List.copyOf(list);
  }

  /** These and what is seen now. */
  Barriers plus(long value, Instant at) {
    if (!list.isEmpty() && list.get(list.size() - 1).value() == value) {
      return this;
    }
    List<Barrier> more = new ArrayList<>(list);
    more.add(new Barrier(value, Micros.of(at)));
    if (more.size() > MOST) {
      more.remove(closest(more));
    }
    return new Barriers(more);
  }

  /** The one, other than the first and the last, without which the gap is smallest. */
  private static int closest(List<Barrier> barriers) {
    int closest = 1;
    long smallest = Long.MAX_VALUE;
    for (int i = 1; i < barriers.size() - 1; i++) {
      long gap = barriers.get(i + 1).at() - barriers.get(i - 1).at();
      if (gap < smallest) {
        smallest = gap;
        closest = i;
      }
    }
    return closest;
  }

  /** The greatest number that no transaction open since before the horizon can have drawn. */
  Optional<Long> closed(Instant horizon) {
    return list.stream()
        .filter(each -> each.at() < Micros.of(horizon))
        .map(Barrier::value)
        .max(Long::compare);
  }

  /** Those still to be passed. */
  Barriers open(Instant horizon) {
    return new Barriers(list.stream().filter(each -> each.at() >= Micros.of(horizon)).toList());
  }
}
