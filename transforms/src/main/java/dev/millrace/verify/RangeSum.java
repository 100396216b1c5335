// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import java.math.BigInteger;

/**
 * The rows of a range, counted and summed up by the database, whatever their order.
 *
 * @param rows how many
 * @param unsynced how many of them lie beyond what was synced
 * @param high the sum of the first halves of the rows' digests, modulo 2^64
 * @param low that of the second halves
 */
record RangeSum(long rows, long unsynced, long high, long low) {

  static final RangeSum NONE = new RangeSum(0, 0, 0, 0);

  /** Of sums as the server gives them, which do not overflow. */
  static RangeSum of(long rows, long unsynced, String high, String low) {
    return new RangeSum(
        rows, unsynced, new BigInteger(high).longValue(), new BigInteger(low).longValue());
  }

  RangeSum plus(RangeSum other) {
    return new RangeSum(
        rows + other.rows, unsynced + other.unsynced, high + other.high, low + other.low);
  }

  boolean hasEqualRows(RangeSum other) {
    return rows == other.rows && high == other.high && low == other.low;
  }

  /** The sum as 32 hexadecimal digits. */
  String hex() {
    return "%016x%016x".formatted(high, low);
  }
}
