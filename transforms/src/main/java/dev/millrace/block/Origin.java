// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;

/**
 * Where a block came from: its split, the stable identity, and the positions {@code (low, high]} it
 * covers. Where blocks are cut within a split may differ between attempts.
 *
 * @param split the split's name, unique in its read; empty when the block has no split
 * @param epoch the attempt to read the split, 1 or more, by which a ledger tells a zombie; 0 when
 *     none is kept
 * @param low exclusive lower position in the split's own notation; empty for the split's start
 * @param high inclusive upper position; empty for the split's end
 */
public record Origin(String split, long epoch, String low, String high) implements Serializable {

  /** Of a block that was made here, from no split. */
  public static final Origin NONE = new Origin("", 0, "", "");

  /** Whether {@code next} covers the same positions, or those right behind this. */
  boolean isContinuedBy(Origin next) {
    return equals(next)
        || (split.equals(next.split)
            && epoch == next.epoch
            && !high.isEmpty()
            && high.equals(next.low));
  }
}
