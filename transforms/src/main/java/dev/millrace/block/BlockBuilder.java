// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects rows into blocks. Every column is given a value for every row, in any order of columns.
 * Its arrays are kept from block to block. Not safe for use by several threads.
 */
public final class BlockBuilder {

  private final BlockSchema schema;
  private final ColumnBuilder[] columns;

  public BlockBuilder(BlockSchema schema) {
    this.schema = schema;
    this.columns = schema.columns().stream().map(ColumnBuilder::new).toArray(ColumnBuilder[]::new);
  }

  public ColumnBuilder column(int index) {
    return columns[index];
  }

  /** Rows so far: those that every column has. */
  public int rows() {
    return columns[columns.length - 1].rows();
  }

  /** Bytes that a block of the rows so far holds. */
  public long bytes() {
    long bytes = 0;
    for (ColumnBuilder column : columns) {
      bytes += column.bytes();
    }
    return bytes;
  }

  /** Forgets the rows so far. */
  public void clear() {
    for (ColumnBuilder column : columns) {
      column.clear();
    }
  }

  /** Adds a row of a block of the same schema. */
  public void appendFrom(Block source, int row) {
    for (int i = 0; i < columns.length; i++) {
      columns[i].appendFrom(source.column(i), row);
    }
  }

  /**
   * Adds rows of a block of the same schema, column by column.
   *
   * @param rows in any order and as often as wanted
   */
  public void appendFrom(Block source, int[] rows) {
    for (int i = 0; i < columns.length; i++) {
      columns[i].appendFrom(source.column(i), rows);
    }
  }

  /**
   * The rows so far as a block; this builder is empty afterwards.
   *
   * @throws IllegalStateException when a column has more or fewer rows than the others
   */
  public Block build(Origin origin) {
    return build(schema, origin, new ArrayList<>(columns.length));
  }

  /**
   * As {@link #build}, with the columns of another block before those of this.
   *
   * @param first with as many rows; its origin is that of both
   * @throws IllegalArgumentException when it has a column of the name of one here
   * @throws IllegalStateException when it has more or fewer rows
   */
  public Block buildBeside(Block first) {
    if (first.rows() != rows()) {
      throw new IllegalStateException(
          "Cannot build a block: beside " + first.rows() + " rows there are " + rows());
    }
    return build(first.schema().and(schema), first.origin(), first.sources());
  }

  private Block build(BlockSchema whole, Origin origin, List<BlockBytes.Source> sources) {
    int rows = rows();
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].rows() != rows) {
        throw new IllegalStateException(
            "Cannot build a block: column "
                + schema.column(i).name()
                + " has "
                + columns[i].rows()
                + " rows and others "
                + rows);
      }
      sources.add(columns[i].source());
    }
    Block block = BlockBytes.assemble(whole, origin, rows, sources);
    clear();
    return block;
  }
}
