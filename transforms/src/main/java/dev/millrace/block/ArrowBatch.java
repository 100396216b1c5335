// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * Copies between a block's arrays and Arrow's vectors. The layouts are the same, so that nothing is
 * parsed: a buffer is one copy of memory each way.
 */
final class ArrowBatch {

  private ArrowBatch() {}

  static VectorSchemaRoot load(Block block, BufferAllocator allocator) {
    List<ArrowFieldNode> nodes = new ArrayList<>();
    List<ArrowBuf> buffers = new ArrayList<>();
    VectorSchemaRoot root = VectorSchemaRoot.create(block.schema().toArrow(), allocator);
    try {
      for (int i = 0; i < block.schema().size(); i++) {
        BlockColumn column = block.column(i);
        nodes.add(new ArrowFieldNode(block.rows(), column.nulls()));
        buffers.add(copy(column.validity(), allocator));
        if (column.type().isVariable()) {
          buffers.add(copy(column.offsets(), allocator));
        }
        buffers.add(copy(column.data(), allocator));
      }
      try (ArrowRecordBatch batch = new ArrowRecordBatch(block.rows(), nodes, buffers)) {
        new VectorLoader(root).load(batch);
      }
      return root;
    } catch (RuntimeException | Error failure) {
      root.close();
      throw failure;
    } finally {
      // The batch and the vectors hold references of their own.
      buffers.forEach(ArrowBuf::close);
    }
  }

  private static ArrowBuf copy(byte[] bytes, BufferAllocator allocator) {
    ArrowBuf buffer = allocator.buffer(bytes.length);
    buffer.setBytes(0, bytes);
    buffer.writerIndex(bytes.length);
    return buffer;
  }

  static Block unload(BlockSchema schema, Origin origin, VectorSchemaRoot root) {
    check(schema, root);
    int rows = root.getRowCount();
    List<BlockColumn> columns = new ArrayList<>(schema.size());
    for (int i = 0; i < schema.size(); i++) {
      columns.add(unload(schema.column(i), root.getVector(i), rows));
    }
    return new Block(schema, origin, rows, columns);
  }

  private static BlockColumn unload(Column column, FieldVector vector, int rows) {
    BlockType type = column.type();
    String name = column.name();
    int nulls = vector.getNullCount();
    byte[] validity =
        nulls > 0 ? read(vector.getValidityBuffer(), Bytes.bitmapLength(rows), name) : Bytes.NONE;
    byte[] offsets = Bytes.NONE;
    long length;
    if (type.isVariable()) {
      // An empty vector may have an offset buffer of no bytes.
      offsets = rows == 0 ? new byte[4] : read(vector.getOffsetBuffer(), (rows + 1L) << 2, name);
      length = (int) Bytes.INT.get(offsets, rows << 2);
    } else {
      length = type.isBits() ? Bytes.bitmapLength(rows) : (long) rows * type.width();
    }
    byte[] data = read(vector.getDataBuffer(), length, name);
    return new BlockColumn(type, rows, nulls, validity, offsets, data);
  }

  private static byte[] read(ArrowBuf buffer, long length, String column) {
    byte[] bytes = length == 0 ? Bytes.NONE : new byte[Bytes.checkedLength(length, column)];
    buffer.getBytes(0, bytes);
    return bytes;
  }

  private static void check(BlockSchema schema, VectorSchemaRoot root) {
    List<FieldVector> vectors = root.getFieldVectors();
    for (int i = 0; i < Math.max(schema.size(), vectors.size()); i++) {
      String want = i < schema.size() ? describe(schema.column(i)) : "no column";
      String have = i < vectors.size() ? describe(vectors.get(i)) : "no column";
      if (!want.equals(have)) {
        throw new IllegalArgumentException(
            "Invalid record batch: column " + i + " is " + have + " (must be " + want + ")");
      }
      if (vectors.get(i).getValueCount() != root.getRowCount()) {
        throw new IllegalArgumentException(
            "Invalid record batch: column "
                + have
                + " has "
                + vectors.get(i).getValueCount()
                + " values (must be the batch's row count, "
                + root.getRowCount()
                + ")");
      }
    }
  }

  private static String describe(Column column) {
    return describe(column.name(), ArrowTypes.arrowType(column.type()));
  }

  private static String describe(FieldVector vector) {
    return describe(vector.getField().getName(), vector.getField().getType());
  }

  private static String describe(String name, ArrowType type) {
    return name + " of " + type;
  }
}
