// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as digests of its key and of all that is compared.
 *
 * @param unsynced whether it lies beyond what was synced
 * @param name canonical texts of its key
 */
record HashedRow(
    long keyHigh, long keyLow, long high, long low, boolean unsynced, List<@Nullable String> name) {

  /** The order of the key's digests. */
  int compareKey(HashedRow other) {
    int order = Long.compare(keyHigh, other.keyHigh);
    return order != 0 ? order : Long.compare(keyLow, other.keyLow);
  }

  /** The order of the row's digests. */
  int compareContent(HashedRow other) {
    int order = Long.compare(high, other.high);
    return order != 0 ? order : Long.compare(low, other.low);
  }

  RangeSum sum() {
    return new RangeSum(1, unsynced ? 1 : 0, high, low);
  }
}
