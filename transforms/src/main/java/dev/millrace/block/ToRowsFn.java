// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.util.Arrays;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** Outputs the rows of a block. */
final class ToRowsFn extends DoFn<Block, Row> {

  private final Schema schema;

  ToRowsFn(Schema schema) {
    this.schema = schema;
  }

  @ProcessElement
  public void process(@Element Block block, OutputReceiver<Row> out) {
    for (int row = 0; row < block.rows(); row++) {
      out.output(row(schema, block, row));
    }
  }

  static Row row(Schema schema, Block block, int row) {
    @Nullable Object[] values = new @Nullable Object[block.schema().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(block, i, row);
    }
    // Unchecked: the values are of the classes that the schema was derived for.
    return Row.withSchema(schema).attachValues(Arrays.asList(values));
  }

  private static @Nullable Object value(Block block, int column, int row) {
    try {
      return block.column(column).value(row);
    } catch (ArithmeticException | IllegalArgumentException misfit) {
      throw new IllegalArgumentException(
          "Cannot turn column "
              + block.schema().column(column).name()
              + " of "
              + block.origin()
              + " into a row: "
              + misfit.getMessage(),
          misfit);
    }
  }
}
