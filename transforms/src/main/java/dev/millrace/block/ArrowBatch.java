// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.nio.ByteBuffer;
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
        for (ByteBuffer buffer : column.buffers()) {
          buffers.add(copy(buffer, allocator));
        }
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

  private static ArrowBuf copy(ByteBuffer bytes, BufferAllocator allocator) {
    int length = bytes.remaining();
    ArrowBuf buffer = allocator.buffer(length);
    buffer.setBytes(0, bytes);
    buffer.writerIndex(length);
    return buffer;
  }

  static Block unload(BlockSchema schema, Origin origin, VectorSchemaRoot root) {
    check(schema, root);
    int rows = root.getRowCount();
    List<BlockBytes.Source> sources = new ArrayList<>(schema.size());
    for (int i = 0; i < schema.size(); i++) {
      sources.add(source(schema.column(i), root.getVector(i), rows));
    }
    return BlockBytes.assemble(schema, origin, rows, sources);
  }

  private static BlockBytes.Source source(Column column, FieldVector vector, int rows) {
    BlockType type = column.type();
    long dataLength;
    if (type.isVariable()) {
      // An empty vector may have an offset buffer of no bytes.
      dataLength = rows == 0 ? 0 : vector.getOffsetBuffer().getInt((long) rows << 2);
    } else {
      dataLength = type.isBits() ? Bytes.bitmapLength(rows) : (long) rows * type.width();
    }
    int length = Bytes.checkedLength(dataLength, column.name());
    int nulls = vector.getNullCount();
    return new BlockBytes.Source() {
      @Override
      public int nulls() {
        return nulls;
      }

      @Override
      public int dataLength() {
        return length;
      }

      @Override
      public void copyValidity(byte[] target, int at, int bytes) {
        copy(vector.getValidityBuffer(), target, at, bytes);
      }

      @Override
      public void copyOffsets(byte[] target, int at, int bytes) {
        if (rows > 0 && bytes > 0) {
          copy(vector.getOffsetBuffer(), target, at, bytes);
        }
      }

      @Override
      public void copyData(byte[] target, int at, int bytes) {
        copy(vector.getDataBuffer(), target, at, bytes);
      }
    };
  }

  private static void copy(ArrowBuf buffer, byte[] target, int at, int length) {
    if (length > 0) {
      buffer.getBytes(0, target, at, length);
    }
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
