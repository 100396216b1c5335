// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Origin;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was found for the rows of a block: each distinct row once, and of each row of the block
 * which one is its own. Used by one thread.
 */
final class Found {

  private static final int UNMATCHED = -1;

  private final Block values;
  private final int[] matches;

  private Found(Block values, int[] matches) {
    this.values = values;
    this.matches = matches;
  }

  /**
   * Finds out which row is whose.
   *
   * @param rows of each slot of the index; null where there are none
   */
  static Found of(Lookup lookup, Block block, KeyIndex index, byte[] @Nullable [] rows) {
    BlockSchema schema = lookup.source().values();
    BlockBuilder builder = new BlockBuilder(schema);
    int[] starts = new int[rows.length + 1];
    for (int slot = 0; slot < rows.length; slot++) {
      byte @Nullable [] own = rows[slot];
      starts[slot + 1] = starts[slot] + (own == null ? 0 : RowBytes.decode(own, schema, builder));
    }
    Block values = builder.build(Origin.NONE);
    AsOf asOf = lookup.asOf();
    int[] matches = new int[block.rows()];
    for (int row = 0; row < matches.length; row++) {
      int slot = index.slot(row);
      boolean none = slot == KeyIndex.NONE || starts[slot] == starts[slot + 1];
      matches[row] = none ? UNMATCHED : starts[slot];
    }
    if (asOf != null) {
      BlockColumn time = block.column(block.schema().indexOf(asOf.time()));
      BlockColumn since = values.column(schema.indexOf(asOf.since()));
      for (int row = 0; row < matches.length; row++) {
        if (matches[row] != UNMATCHED) {
          int end = starts[index.slot(row) + 1];
          matches[row] = validAt(time, row, since, matches[row], end);
        }
      }
    }
    return new Found(values, matches);
  }

  private static int validAt(BlockColumn time, int row, BlockColumn since, int from, int to) {
    int last = time.isNull(row) ? -1 : AsOf.last(since, from, to, AsOf.instant(time, row));
    return last < 0 ? UNMATCHED : last;
  }

  boolean isMatched(int row) {
    return matches[row] != UNMATCHED;
  }

  int unmatched() {
    int count = 0;
    for (int match : matches) {
      count += match == UNMATCHED ? 1 : 0;
    }
    return count;
  }

  /**
   * Rows, and beside each what was found for it.
   *
   * @param rows of the block: all, or those that are matched
   * @param added the columns beside them, the first of those that were found, under whatever names
   */
  Block beside(Block rows, BlockSchema added) {
    int[] chosen =
        rows.rows() == matches.length
            ? matches
            : Arrays.stream(matches).filter(match -> match != UNMATCHED).toArray();
    BlockBuilder builder = new BlockBuilder(added);
    for (int i = 0; i < added.size(); i++) {
      builder.column(i).appendFrom(values.column(i), chosen);
    }
    return builder.buildBeside(rows);
  }
}
