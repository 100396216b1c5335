// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import java.util.concurrent.atomic.LongAdder;

/**
 * Where the last step of each contender adds up what it sees: all of them run in this JVM, and
 * repeat no work.
 */
final class Totals {

  private static final LongAdder VISITS = new LongAdder();
  private static final LongAdder SCORE = new LongAdder();
  private static final LongAdder NAMES = new LongAdder();

  private Totals() {}

  static void add(long visits, long score, long names) {
    VISITS.add(visits);
    SCORE.add(score);
    NAMES.add(names);
  }

  static LookupMain.Sums sums() {
    return new LookupMain.Sums(VISITS.sum(), SCORE.sum(), NAMES.sum());
  }
}
