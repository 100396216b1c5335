// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockType;
import dev.millrace.block.ColumnBuilder;
import dev.millrace.block.Numeric;
import org.postgresql.core.Oid;

/**
 * Appends the fields of one column, as its type's send function wrote them, to that column.
 *
 * <p>One class that branches, and not a class for each form: a row's fields differ in form, so that
 * a call through an interface could not be inlined.
 */
final class FieldDecoder {

  private enum Form {
    BOOL,
    SHORT,
    /**
     * Four bytes as they are; a float too, which moved as a number may lose the payload of a NaN.
     */
    INT,
    LONG,
    DATE,
    TIMESTAMP,
    /** A numeric that fits a long at the column's scale. */
    SHORT_DECIMAL,
    LONG_DECIMAL,
    UUID,
    JSONB,
    /** Text without the blanks that fill it up. */
    PADDED,
    BYTES
  }

  private final Form form;
  private final int scale;

  private FieldDecoder(Form form, int scale) {
    this.form = form;
    this.scale = scale;
  }

  /** The decoder of a column that is read as a type. */
  static FieldDecoder of(TableColumn column, BlockType type) {
    return new FieldDecoder(form(column, type), type.scale());
  }

  private static Form form(TableColumn column, BlockType type) {
    return switch (type.kind()) {
      case BOOL -> Form.BOOL;
      case INT16 -> Form.SHORT;
      case INT32, FLOAT32 -> Form.INT;
      case INT64, FLOAT64, TIME -> Form.LONG;
      case DATE -> Form.DATE;
      case TIMESTAMP, TIMESTAMPTZ -> Form.TIMESTAMP;
      case DECIMAL -> Numeric.fitsLong(type) ? Form.SHORT_DECIMAL : Form.LONG_DECIMAL;
      case UUID -> Form.UUID;
      case JSON -> column.type() == Oid.JSONB ? Form.JSONB : Form.BYTES;
      case TEXT ->
          column.type() == Oid.BPCHAR && PgType.characters(column) >= 0 ? Form.PADDED : Form.BYTES;
      case BYTES, NUMERIC, OPAQUE -> Form.BYTES;
    };
  }

  /**
   * Appends a value.
   *
   * @throws ArithmeticException when it is not what the column carries
   */
  void decode(byte[] source, int at, int length, ColumnBuilder target) {
    switch (form) {
      case BOOL -> {
        expect(1, length);
        target.appendBool(source[at] != 0);
      }
      case SHORT -> {
        expect(2, length);
        target.appendShort((short) Wire.SHORT.get(source, at));
      }
      case INT -> {
        expect(4, length);
        target.appendInt((int) Wire.INT.get(source, at));
      }
      case LONG -> {
        expect(8, length);
        target.appendLong((long) Wire.LONG.get(source, at));
      }
      case DATE -> {
        expect(4, length);
        target.appendInt(epochDay((int) Wire.INT.get(source, at)));
      }
      case TIMESTAMP -> {
        expect(8, length);
        target.appendLong(epochMicros((long) Wire.LONG.get(source, at)));
      }
      case SHORT_DECIMAL -> target.appendUnscaledLong(Numeric.toUnscaledLong(source, at, scale));
      case LONG_DECIMAL -> {
        if (Numeric.isNaN(source, at)) {
          target.appendNaN();
        } else {
          target.appendDecimal(Numeric.toBigDecimal(source, at));
        }
      }
      case UUID -> {
        expect(16, length);
        target.appendBytes(source, at, length);
      }
      case JSONB -> {
        if (source[at] != 1) {
          throw new ArithmeticException("jsonb of version " + source[at] + ", not 1");
        }
        target.appendBytes(source, at + 1, length - 1);
      }
      case PADDED -> {
        int kept = length;
        while (kept > 0 && source[at + kept - 1] == ' ') {
          kept--;
        }
        target.appendBytes(source, at, kept);
      }
      case BYTES -> target.appendBytes(source, at, length);
    }
  }

  private static int epochDay(int day) {
    return day == Integer.MAX_VALUE || day == Integer.MIN_VALUE
        ? day
        : Math.addExact(day, PgType.EPOCH_DAYS);
  }

  private static long epochMicros(long micros) {
    if (isInfinite(micros)) {
      return micros;
    }
    // Beyond the greatest long it goes on from the least.
    long moved = micros + PgType.EPOCH_MICROS;
    if (isInfinite(moved)) {
      throw new ArithmeticException("a timestamp would be taken for an infinity");
    }
    return moved;
  }

  private static boolean isInfinite(long micros) {
    return micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
  }

  private static void expect(int width, int length) {
    if (length != width) {
      throw new ArithmeticException(
          "a value of " + length + " bytes where " + width + " were expected");
    }
  }
}
