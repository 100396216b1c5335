// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.Entry;

/**
 * What the heap served, counted by one thread: to count each hit where all threads do costs as much
 * as the hit.
 */
final class Hits {

  private long present;
  private long negative;
  private long cost;

  void add(Entry entry) {
    if (entry.isNegative()) {
      negative++;
    } else {
      present++;
    }
    cost += entry.cost();
  }

  /** Those that had a value. */
  long present() {
    return present;
  }

  /** Those that were known to have none. */
  long negative() {
    return negative;
  }

  /** Of the loads that they made needless: nanoseconds. */
  long cost() {
    return cost;
  }
}
