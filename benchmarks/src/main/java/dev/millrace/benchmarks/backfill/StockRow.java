// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Origin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as an element of its own, with the Java object of each column. The medallion's reckoning
 * takes blocks: the rows of a group are made one just for it.
 */
final class StockRow {

  private final @Nullable Object[] values;

  StockRow(@Nullable Object[] values) {
    this.values = values;
  }

  @Nullable Object value(int column) {
    return values[column];
  }

  /** The text of a column that is never NULL. */
  String text(int column) {
    return String.valueOf(values[column]);
  }

  /** The rows of a group as one block. */
  static List<Block> block(BlockSchema schema, Iterable<StockRow> rows) {
    BlockBuilder builder = new BlockBuilder(schema);
    for (StockRow row : rows) {
      for (int i = 0; i < schema.size(); i++) {
        builder.column(i).append(row.value(i));
      }
    }
    return List.of(builder.build(Origin.NONE));
  }

  /** A row of a block. */
  static StockRow of(Block block, int row) {
    @Nullable Object[] values = new Object[block.schema().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = block.column(i).value(row);
    }
    return new StockRow(values);
  }
}
