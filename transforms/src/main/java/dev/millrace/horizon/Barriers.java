// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a sequence had given out, and when, as looks saw it. A transaction that drew a number up to
 * a barrier's had begun by its time, so that the number is closed once no transaction is open from
 * before. Oldest first; at most {@value #MOST}, after which every other one is forgotten: what is
 * forgotten is closed with the next one.
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
    List<Barrier> more = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      // The first is the next to be passed.
      if (list.size() < MOST || i % 2 == 0) {
        more.add(list.get(i));
      }
    }
    if (more.isEmpty() || more.get(more.size() - 1).value() != value) {
      more.add(new Barrier(value, Micros.of(at)));
    }
    return new Barriers(more);
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
