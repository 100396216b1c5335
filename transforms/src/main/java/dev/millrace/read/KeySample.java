// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys of some of the rows of a read.
 *
 * @param keys in order, as texts
 * @param fraction of the rows, above 0, to 1
 * @param byPage whether pages were chosen, whose rows may have neighbouring keys
 */
record KeySample(List<List<String>> keys, double fraction, boolean byPage) {

  /** With so many keys, chosen one by one, most steps are right to a seventh. */
  private static final int PER_STEP = 50;

  /** In how many steps all of a sample of so many keys can be cut. */
  static long steps(int keys) {
    return keys / PER_STEP;
  }

  /**
   * Splits of about as many rows each.
   *
   * @param count 1 or more; fewer come out if few keys differ
   * @param steps in which all of the splits are to be cut; fewer if that is more than the sample
   *     tells
   */
  List<Split> splits(int count, long steps) {
    long each = byPage ? 0 : Math.min(steps, steps(keys.size())) / count;
    long rows = (long) (keys.size() / fraction / count / Math.max(1, each));
    List<Split> splits = new ArrayList<>();
    @Nullable List<String> low = null;
    List<List<String>> cuts = cuts(keys, count);
    for (int i = 0; i <= cuts.size(); i++) {
      @Nullable List<String> high = i < cuts.size() ? cuts.get(i) : null;
      Range.Keys range = new Range.Keys(low, high);
      Steps known = each == 0 ? null : new Steps(range, cuts(within(range), (int) each), rows);
      splits.add(new Split("keys " + i, range, known));
      low = high;
    }
    return splits;
  }

  private List<List<String>> within(Range.Keys range) {
    int from = range.low() == null ? 0 : keys.lastIndexOf(range.low()) + 1;
    int to = range.high() == null ? keys.size() : keys.indexOf(range.high());
    return keys.subList(Math.min(from, to), to);
  }

  /** Keys between which the rows are about evenly spread; fewer than asked for if few differ. */
  static <K> List<K> cuts(List<K> sample, int parts) {
    Set<K> cuts = new LinkedHashSet<>();
    for (int i = 1; i < parts && !sample.isEmpty(); i++) {
      cuts.add(sample.get((int) ((long) sample.size() * i / parts)));
    }
    return List.copyOf(cuts);
  }
}
