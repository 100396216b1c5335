// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Origin;
import org.jspecify.annotations.Nullable;

/** Collects rows of a table into a block, each value by its column's position. */
public final class TableRows {
  private final BlockSchema schema;
  private final BlockBuilder builder;

  public TableRows(Table table) {
    this.schema = table.schema();
    this.builder = new BlockBuilder(schema);
  }

  /**
   * Adds a row.
   *
   * @param values one for each column, in order, as the Java object of the column's type
   * @throws IllegalArgumentException if there are more or fewer, or one does not fit its column
   */
  public void add(@Nullable Object... values) {
    if (values.length != schema.size()) {
      throw new IllegalArgumentException(
          "Invalid row: " + values.length + " values (must be " + schema.size() + ")");
    }
    for (int i = 0; i < values.length; i++) {
      builder.column(i).append(values[i]);
    }
  }

  public int rows() {
    return builder.rows();
  }

  /** Bytes that a block of the rows so far holds. */
  public long bytes() {
    return builder.bytes();
  }

  /** The rows so far as a block; there are none afterwards. */
  public Block take() {
    return builder.build(Origin.NONE);
  }
}
