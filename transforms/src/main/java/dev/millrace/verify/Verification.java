// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Difference.Kind;
import java.util.List;
import java.util.Map;

/**
 * What a comparison found.
 *
 * @param sourceRows rows of the source
 * @param targetRows rows of the target
 * @param sourceSum the sum of all rows' digests, of 32 hexadecimal digits; equal to the target's
 *     just if the rows are
 * @param targetSum that of the target
 * @param ranges how many ranges or windows were summed up at first
 * @param unequal those of them that differ
 * @param counts of differences by kind, exact
 * @param named some differences of each kind, as many as were asked for
 * @param sourceSeconds how long the source took to answer
 * @param targetSeconds how long the target took, at the same time
 */
public record Verification(
    long sourceRows,
    long targetRows,
    String sourceSum,
    String targetSum,
    int ranges,
    List<RangeResult> unequal,
    Map<Kind, Long> counts,
    List<Difference> named,
    double sourceSeconds,
    double targetSeconds) {

  public Verification {
    unequal = List.copyOf(unequal);
    counts = Map.copyOf(counts);
    named = List.copyOf(named);
  }

  /** How many rows differ in a way. */
  public long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** The differences named of a kind, in the order of the key. */
  public List<Difference> named(Kind kind) {
    return named.stream().filter(each -> each.kind() == kind).toList();
  }

  /** Whether nothing is wrong. What was not yet synced may differ. */
  public boolean isEqual() {
    return count(Kind.MISSING) == 0 && count(Kind.EXTRA) == 0 && count(Kind.DIFFERENT) == 0;
  }
}
