// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

/**
 * What is wrong with a copy.
 *
 * @param lost rows of the source that the target does not have
 * @param duplicated rows of the target beyond the first of each key
 * @param different rows whose values are not those of the source
 * @param phantom rows of the target that the source does not have
 */
public record Verdict(long lost, long duplicated, long different, long phantom) {

  static final Verdict CLEAN = new Verdict(0, 0, 0, 0);

  public boolean isClean() {
    return equals(CLEAN);
  }

  Verdict plus(Verdict other) {
    return new Verdict(
        lost + other.lost,
        duplicated + other.duplicated,
        different + other.different,
        phantom + other.phantom);
  }

  @Override
  public String toString() {
    return "%,d lost, %,d duplicated, %,d different, %,d phantom"
        .formatted(lost, duplicated, different, phantom);
  }
}
