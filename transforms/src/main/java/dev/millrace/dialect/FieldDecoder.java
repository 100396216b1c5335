// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockType;
import dev.millrace.block.ColumnBuilder;
import dev.millrace.block.Numeric;
import org.postgresql.core.Oid;

/** Appends one field of a row, as its type's send function wrote it, to a column. */
@FunctionalInterface
interface FieldDecoder {

  void decode(byte[] source, int at, int length, ColumnBuilder target);

  /** The decoder of a column that is read as a type. */
  static FieldDecoder of(TableColumn column, BlockType type) {
    return switch (type.kind()) {
      case BOOL -> (source, at, length, target) -> target.appendBool(byteAt(source, at, length));
      case INT16 ->
          (source, at, length, target) -> {
            expect(2, length);
            target.appendShort((short) Wire.SHORT.get(source, at));
          };
      case INT32 ->
          (source, at, length, target) -> {
            expect(4, length);
            target.appendInt((int) Wire.INT.get(source, at));
          };
      case INT64, TIME ->
          (source, at, length, target) -> {
            expect(8, length);
            target.appendLong((long) Wire.LONG.get(source, at));
          };
      case FLOAT32 ->
          (source, at, length, target) -> {
            expect(4, length);
            // As bits: a float moved as a number may lose the payload of a NaN.
            target.appendInt((int) Wire.INT.get(source, at));
          };
      case FLOAT64 ->
          (source, at, length, target) -> {
            expect(8, length);
            target.appendLong((long) Wire.LONG.get(source, at));
          };
      case DATE ->
          (source, at, length, target) -> {
            expect(4, length);
            target.appendInt(epochDay((int) Wire.INT.get(source, at)));
          };
      case TIMESTAMP, TIMESTAMPTZ ->
          (source, at, length, target) -> {
            expect(8, length);
            target.appendLong(epochMicros((long) Wire.LONG.get(source, at)));
          };
      case DECIMAL -> decimal(type);
      case UUID ->
          (source, at, length, target) -> {
            expect(16, length);
            target.appendBytes(source, at, length);
          };
      case JSON -> column.type() == Oid.JSONB ? FieldDecoder::jsonb : FieldDecoder::bytes;
      case TEXT, BYTES, NUMERIC -> FieldDecoder::bytes;
    };
  }

  private static FieldDecoder decimal(BlockType type) {
    int scale = type.scale();
    return Numeric.fitsLong(type)
        ? (source, at, length, target) ->
            target.appendUnscaledLong(Numeric.toUnscaledLong(source, at, scale))
        : (source, at, length, target) -> target.appendDecimal(Numeric.toBigDecimal(source, at));
  }

  private static void bytes(byte[] source, int at, int length, ColumnBuilder target) {
    target.appendBytes(source, at, length);
  }

  private static void jsonb(byte[] source, int at, int length, ColumnBuilder target) {
    if (source[at] != 1) {
      throw new ArithmeticException("jsonb of version " + source[at] + ", not 1");
    }
    target.appendBytes(source, at + 1, length - 1);
  }

  private static boolean byteAt(byte[] source, int at, int length) {
    expect(1, length);
    return source[at] != 0;
  }

  private static int epochDay(int day) {
    return day == Integer.MAX_VALUE || day == Integer.MIN_VALUE
        ? day
        : Math.addExact(day, PgType.EPOCH_DAYS);
  }

  private static long epochMicros(long micros) {
    return micros == Long.MAX_VALUE || micros == Long.MIN_VALUE
        ? micros
        : Math.addExact(micros, PgType.EPOCH_MICROS);
  }

  private static void expect(int width, int length) {
    if (length != width) {
      throw new ArithmeticException(
          "a value of " + length + " bytes where " + width + " were expected");
    }
  }
}
