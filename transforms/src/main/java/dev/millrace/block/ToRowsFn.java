// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** Outputs the rows of a block. */
final class ToRowsFn extends DoFn<Block, Row> implements Staged {

  /** Rows that are measured together: one by one they would cost less than to measure them. */
  private static final int AT_ONCE = 256;

  private final Schema schema;

  ToRowsFn(Schema schema) {
    this.schema = schema;
  }

  @Override
  public String stage() {
    return "to rows";
  }

  @ProcessElement
  public void process(@Element Block block, OutputReceiver<Row> out) {
    for (int from = 0; from < block.rows(); from += AT_ONCE) {
      rows(block, from, Math.min(block.rows(), from + AT_ONCE)).forEach(out::output);
    }
  }

  private List<Row> rows(Block block, int from, int to) {
    try (Stage.Span span = Stage.enter(stage())) {
      if (from == 0) {
        Stage.moved(block.rows(), block.bytes());
      }
      List<Row> rows = new ArrayList<>(to - from);
      for (int row = from; row < to; row++) {
        rows.add(row(schema, block, row));
      }
      return rows;
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
