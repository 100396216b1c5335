// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.block.BlockMapper;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A mapping that changes every value of {@link Orders}, as its {@code mapped} expressions say.
 * Fixed widths are changed in place, NULLs included, whose bytes nobody reads.
 */
final class TouchEveryColumn implements BlockMapper {

  private static final long KEY_OFFSET = 1_000_000_000L;
  private static final long MICROS_PER_SECOND = 1_000_000L;

  @Override
  public VectorSchemaRoot map(VectorSchemaRoot batch, BufferAllocator allocator) {
    for (FieldVector column : batch.getFieldVectors()) {
      touch(column, batch.getRowCount());
    }
    return batch;
  }

  private static void touch(FieldVector column, int rows) {
    ArrowBuf data = column.getDataBuffer();
    if (column instanceof BigIntVector) {
      addToLongs(data, rows, KEY_OFFSET);
    } else if (column instanceof TimeStampMicroTZVector) {
      addToLongs(data, rows, MICROS_PER_SECOND);
    } else if (column instanceof IntVector || column instanceof DateDayVector) {
      for (long at = 0; at < 4L * rows; at += 4) {
        data.setInt(at, data.getInt(at) + 1);
      }
    } else if (column instanceof SmallIntVector) {
      for (long at = 0; at < 2L * rows; at += 2) {
        data.setShort(at, data.getShort(at) + 1);
      }
    } else if (column instanceof Float8Vector) {
      for (long at = 0; at < 8L * rows; at += 8) {
        data.setDouble(at, data.getDouble(at) * 2);
      }
    } else if (column instanceof BitVector) {
      for (long at = 0; at < (rows + 7) / 8; at++) {
        data.setByte(at, ~data.getByte(at));
      }
    } else if (column instanceof DecimalVector decimals) {
      addToDecimals(data, rows, (long) Math.pow(10, decimals.getScale()));
    } else if (column instanceof VarCharVector texts) {
      appendPlus(texts, rows);
    } else {
      throw new IllegalArgumentException("Cannot touch a column: its type is " + column.getField());
    }
  }

  private static void addToLongs(ArrowBuf data, int rows, long addend) {
    for (long at = 0; at < 8L * rows; at += 8) {
      data.setLong(at, data.getLong(at) + addend);
    }
  }

  /** Adds to integers of 128 bits, the lower half first. */
  private static void addToDecimals(ArrowBuf data, int rows, long addend) {
    for (long at = 0; at < 16L * rows; at += 16) {
      long low = data.getLong(at);
      long sum = low + addend;
      data.setLong(at, sum);
      if (Long.compareUnsigned(sum, low) < 0) {
        data.setLong(at + 8, data.getLong(at + 8) + 1);
      }
    }
  }

  private static void appendPlus(VarCharVector texts, int rows) {
    try (VarCharVector longer = new VarCharVector(texts.getField(), texts.getAllocator())) {
      ArrowBuf from = texts.getDataBuffer();
      longer.allocateNew(texts.sizeOfValueBuffer() + rows, rows);
      ArrowBuf to = longer.getDataBuffer();
      long end = 0;
      for (int row = 0; row < rows; row++) {
        if (!texts.isNull(row)) {
          int length = texts.getValueLength(row);
          to.setBytes(end, from, texts.getStartOffset(row), length);
          to.setByte(end + length, '+');
          end += length + 1;
          longer.setIndexDefined(row);
        }
        longer.getOffsetBuffer().setInt(4L * (row + 1), (int) end);
      }
      longer.setLastSet(rows - 1);
      longer.setValueCount(rows);
      longer.makeTransferPair(texts).transfer();
    }
  }
}
