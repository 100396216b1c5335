// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.ColumnBuilder;
import dev.millrace.block.Numeric;
import dev.millrace.block.Origin;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Collects rows of a table into a block, each value by its column's position. */
public final class TableRows {
  /** Within these limits {@link Numeric#putUnscaledLong} holds. */
  private static final int SHORT_DIGITS = 18;

  private static final int SHORT_SCALE = 16;

  private final byte[] numeric = new byte[Numeric.HEADER + 12];
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
      if (values[i] instanceof BigDecimal decimal && isShort(decimal)) {
        add(builder.column(i), decimal);
      } else {
        builder.column(i).append(values[i]);
      }
    }
  }

  private static boolean isShort(BigDecimal decimal) {
    return decimal.precision() <= SHORT_DIGITS
        && decimal.scale() >= 0
        && decimal.scale() <= SHORT_SCALE;
  }

  /** Without the detour over text that a number of any length takes. */
  private void add(ColumnBuilder column, BigDecimal decimal) {
    long unscaled = decimal.unscaledValue().longValue();
    int length = Numeric.putUnscaledLong(numeric, 0, unscaled, decimal.scale());
    column.appendBytes(numeric, 0, length);
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
