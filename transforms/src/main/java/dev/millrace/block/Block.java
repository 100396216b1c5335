// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * A batch of rows: an immutable Arrow record batch whose buffers are byte arrays on the heap. It is
 * the element between transforms, so that a runner pays its cost per element once a block.
 *
 * <p>Safe to share between threads. Held on the heap it needs no release; {@link Blocks#map} copies
 * it off the heap for the time of a call.
 */
public final class Block {

  private final BlockSchema schema;
  private final Origin origin;
  private final int rows;
  private final List<BlockColumn> columns;
  private final byte @Nullable [] whole;

  /**
   * @param whole the array that all columns are parts of, in its order; null when they are not all
   *     of one
   */
  Block(
      BlockSchema schema,
      Origin origin,
      int rows,
      List<BlockColumn> columns,
      byte @Nullable [] whole) {
    this.schema = schema;
    this.origin = origin;
    this.rows = rows;
    this.columns = List.copyOf(columns);
    this.whole = whole;
  }

  public BlockSchema schema() {
    return schema;
  }

  /** The split and the positions this block covers. */
  public Origin origin() {
    return origin;
  }

  public int rows() {
    return rows;
  }

  public BlockColumn column(int index) {
    return columns.get(index);
  }

  /** Bytes held on the heap by the columns' buffers. */
  public long bytes() {
    long bytes = 0;
    for (BlockColumn column : columns) {
      bytes += column.bytes();
    }
    return bytes;
  }

  /**
   * The given columns, shared with this block and not copied.
   *
   * @throws IllegalArgumentException when a column does not exist or is of another type
   */
  public Block project(BlockSchema kept) {
    List<BlockColumn> chosen = new ArrayList<>(kept.size());
    for (Column column : kept.columns()) {
      BlockColumn found = columns.get(schema.indexOf(column.name()));
      if (!found.type().equals(column.type())) {
        throw new IllegalArgumentException(
            "Invalid column: "
                + column.name()
                + " of "
                + column.type()
                + " (must be of "
                + found.type()
                + ")");
      }
      chosen.add(found);
    }
    return new Block(kept, origin, rows, chosen, null);
  }

  /** The columns' buffers, in a list that may be added to. */
  List<BlockBytes.Source> sources() {
    List<BlockBytes.Source> sources = new ArrayList<>();
    columns.forEach(column -> sources.add(column.source()));
    return sources;
  }

  /**
   * Copies this block into Arrow vectors.
   *
   * @return vectors that the caller closes
   */
  public VectorSchemaRoot toArrow(BufferAllocator allocator) {
    return ArrowBatch.load(this, allocator);
  }

  /**
   * Copies Arrow vectors into a block.
   *
   * @throws IllegalArgumentException when the vectors' fields are not those of the schema
   */
  public static Block fromArrow(BlockSchema schema, Origin origin, VectorSchemaRoot root) {
    return ArrowBatch.unload(schema, origin, root);
  }

  /** This block as {@link BlockBytes}; never to be changed. */
  byte[] toBytes() {
    byte[] bytes = whole;
    if (bytes == null) {
      bytes = BlockBytes.assemble(schema, origin, rows, sources()).toBytes();
    }
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Block that
            && rows == that.rows
            && origin.equals(that.origin)
            && schema.equals(that.schema)
            && columns.equals(that.columns));
  }

  @Override
  public int hashCode() {
    // Cheap, and good enough: the direct runner asks for it of all that it holds, again and again.
    return 31 * (31 * origin.hashCode() + rows()) + Long.hashCode(bytes());
  }

  @Override
  public String toString() {
    return "Block[" + rows + " rows, " + bytes() + " bytes, " + origin + ", " + schema + "]";
  }
}
