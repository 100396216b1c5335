// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import java.util.List;

/**
 * What the ledger knows of a split. All decisions of the ledger are made here, without a database.
 *
 * @param epoch raised by each attempt to read the split; 0 before the first
 * @param range all of the split
 * @param covered what was committed of it
 */
record SplitState(long epoch, Interval range, Coverage covered) {

  /**
   * What to write of a block.
   *
   * @param parts the positions to write, in their order; empty when all were committed before
   * @param after what the ledger then knows
   */
  record Admission(List<Interval> parts, SplitState after) {}

  /** A new attempt, after which blocks of earlier ones are refused. */
  SplitState nextAttempt() {
    return new SplitState(epoch + 1, range, covered);
  }

  /** What is still to be read, in order. */
  List<Interval> gaps() {
    return covered.gaps(range);
  }

  boolean isDone() {
    return gaps().isEmpty();
  }

  /**
   * Decides on a block of an attempt. A block that holds no rows covers its positions as well.
   *
   * @throws StaleEpochException when the attempt is not the latest
   */
  Admission admit(long blockEpoch, Interval block) {
    if (blockEpoch != epoch) {
      throw new StaleEpochException(
          "Cannot write block "
              + block
              + ": it was read by attempt "
              + blockEpoch
              + ", and attempt "
              + epoch
              + " reads its split now");
    }
    return new Admission(covered.gaps(block), new SplitState(epoch, range, covered.plus(block)));
  }
}
