// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a range of keys can be cut without asking the server, as a sample of its keys showed.
 *
 * @param whole the range
 * @param keys within it, ascending
 * @param rows about as many as there are from one of them to the next
 */
record Steps(Range.Keys whole, List<List<String>> keys, long rows) implements Serializable {

  Steps {
    keys = List.copyOf(keys);
  }

  /**
   * The first part of what is left of the range, up to a step.
   *
   * @param most as many rows as it may have, about
   * @return empty when a step has more, or what is left does not begin with one
   */
  Optional<Range.Keys> next(Range.Keys left, long most) {
    int begun = begun(left.low());
    if (begun < 0 || rows > most) {
      return Optional.empty();
    }
    // Behind the last key there is one step more.
    int end = begun + (int) Math.min(keys.size() + 1, most / Math.max(1, rows)) - 1;
    return Optional.of(
        new Range.Keys(left.low(), end < keys.size() ? keys.get(end) : whole.high()));
  }

  /** How many steps end before what is left; -1 when none ends there. */
  private int begun(@Nullable List<String> low) {
    if (Objects.equals(low, whole.low())) {
      return 0;
    }
    int last = keys.indexOf(low);
    return last < 0 ? -1 : last + 1;
  }
}
