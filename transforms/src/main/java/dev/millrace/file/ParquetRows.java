// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import com.google.common.base.Utf8;
import dev.millrace.block.ColumnBuilder;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Copies values of a column of a Parquet file. */
final class ParquetRows {

  /** Microseconds of timestamps that a block takes for others: infinities and far futures. */
  private static final long LEAST_MICROS = Long.MIN_VALUE + 946_684_800_000_000L;

  private ParquetRows() {}

  static boolean isFinite(long micros) {
    return micros >= LEAST_MICROS && micros != Long.MAX_VALUE;
  }

  /**
   * Appends so many values.
   *
   * @throws BadRecordException when one has no form in a block
   */
  static void append(ColumnBuilder to, PrimitiveType type, ColumnReader from, int rows) {
    int present = from.getDescriptor().getMaxDefinitionLevel();
    boolean millis = ParquetTypes.isInMillis(type);
    for (int i = 0; i < rows; i++) {
      if (from.getCurrentDefinitionLevel() < present) {
        to.appendNull();
      } else {
        append(to, type.getPrimitiveTypeName(), from, millis);
      }
      from.consume();
    }
  }

  private static void append(
      ColumnBuilder to, PrimitiveTypeName type, ColumnReader from, boolean millis) {
    switch (to.type().kind()) {
      case BOOL -> to.appendBool(from.getBoolean());
      case INT16 -> to.appendShort(toShort(from.getInteger()));
      case INT32 -> to.appendInt(from.getInteger());
      case DATE -> {
        int days = from.getInteger();
        require(days != Integer.MIN_VALUE && days != Integer.MAX_VALUE, "a date that is too far");
        to.appendInt(days);
      }
      case INT64 -> to.appendLong(from.getLong());
      case TIME -> {
        long value = type == PrimitiveTypeName.INT32 ? from.getInteger() : from.getLong();
        long micros = millis ? value * 1_000 : value;
        require(micros >= 0 && micros <= 86_400_000_000L, "a time beyond a day");
        to.appendLong(micros);
      }
      case TIMESTAMP, TIMESTAMPTZ -> {
        long value = from.getLong();
        require(!millis || Math.abs(value) <= Long.MAX_VALUE / 1_000, "a timestamp too far");
        long micros = millis ? value * 1_000 : value;
        require(isFinite(micros), "a timestamp that is too far");
        to.appendLong(micros);
      }
      case FLOAT32 -> to.appendFloat(from.getFloat());
      case FLOAT64 -> to.appendDouble(from.getDouble());
      case DECIMAL -> appendDecimal(to, type, from);
      case TEXT, JSON -> {
        byte[] utf8 = from.getBinary().getBytesUnsafe();
        require(isText(utf8), "a text that is not UTF-8 or has a NUL");
        to.appendBytes(utf8, 0, utf8.length);
      }
      default -> {
        byte[] bytes = from.getBinary().getBytesUnsafe();
        to.appendBytes(bytes, 0, bytes.length);
      }
    }
  }

  private static short toShort(int value) {
    require(value == (short) value, "a number of more than 16 bits");
    return (short) value;
  }

  private static void appendDecimal(ColumnBuilder to, PrimitiveTypeName type, ColumnReader from) {
    BigInteger unscaled =
        switch (type) {
          case INT32 -> BigInteger.valueOf(from.getInteger());
          case INT64 -> BigInteger.valueOf(from.getLong());
          default -> new BigInteger(from.getBinary().getBytesUnsafe());
        };
    try {
      to.appendDecimal(new BigDecimal(unscaled, to.type().scale()));
    } catch (ArithmeticException tooLong) {
      throw new BadRecordException("a number with more digits than " + to.type());
    }
  }

  private static boolean isText(byte[] bytes) {
    for (byte each : bytes) {
      if (each == 0) {
        return false;
      }
    }
    return Utf8.isWellFormed(bytes);
  }

  private static void require(boolean isRight, String what) {
    if (!isRight) {
      throw new BadRecordException(what);
    }
  }
}
