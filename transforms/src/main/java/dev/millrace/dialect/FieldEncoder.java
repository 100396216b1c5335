// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockType;
import dev.millrace.block.BlockType.Kind;
import dev.millrace.block.Numeric;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/**
 * Writes the values of one column, none of them NULL, as its type's receive function reads them,
 * each after its length. One class that branches, for the reason that {@link FieldDecoder} is.
 */
final class FieldEncoder {

  /**
   * Bytes at most of the length and a value of fixed width, a decimal of 76 digits included, and of
   * what is put around a value of variable width.
   */
  static final int FIXED_LIMIT = 64;

  private enum Form {
    BOOL,
    SHORT,
    SHORT_AS_INT,
    SHORT_AS_LONG,
    INT,
    INT_AS_LONG,
    LONG,
    FLOAT_AS_DOUBLE,
    DATE,
    TIME,
    TIMESTAMP,
    /** A decimal that fits a long at the column's scale. */
    SHORT_DECIMAL,
    LONG_DECIMAL,
    JSONB,
    /** Text of which the server would silently drop the last characters if they are blanks. */
    LIMITED,
    BYTES
  }

  private final Form form;
  private final int scale;
  private final TableColumn column;
  // What the microseconds of a time have to be a multiple of.
  private final long step;
  // Of a text; -1 for any number.
  private final int characters;

  private FieldEncoder(Form form, BlockType type, TableColumn column) {
    this.form = form;
    this.scale = type.scale();
    this.column = column;
    boolean timed = form == Form.TIME || form == Form.TIMESTAMP;
    this.step = timed ? step(column.modifier()) : 1;
    this.characters = PgType.characters(column);
  }

  /** The encoder from a type into a column, if every value of the type has one exact form there. */
  static Optional<FieldEncoder> of(BlockType type, TableColumn column) {
    return Optional.ofNullable(form(type, column))
        .map(form -> new FieldEncoder(form, type, column));
  }

  private static @Nullable Form form(BlockType type, TableColumn column) {
    Kind kind = type.kind();
    return switch (column.type()) {
      case Oid.BOOL -> kind == Kind.BOOL ? Form.BOOL : null;
      case Oid.INT2 -> kind == Kind.INT16 ? Form.SHORT : null;
      case Oid.INT4 ->
          switch (kind) {
            case INT16 -> Form.SHORT_AS_INT;
            case INT32 -> Form.INT;
            default -> null;
          };
      case Oid.INT8 ->
          switch (kind) {
            case INT16 -> Form.SHORT_AS_LONG;
            case INT32 -> Form.INT_AS_LONG;
            case INT64 -> Form.LONG;
            default -> null;
          };
      case Oid.FLOAT4 -> kind == Kind.FLOAT32 ? Form.INT : null;
      case Oid.FLOAT8 ->
          switch (kind) {
            case FLOAT32 -> Form.FLOAT_AS_DOUBLE;
            case FLOAT64 -> Form.LONG;
            default -> null;
          };
      case Oid.NUMERIC -> numeric(type, column);
      case Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR ->
          switch (kind) {
            case TEXT, JSON -> PgType.characters(column) < 0 ? Form.BYTES : Form.LIMITED;
            default -> null;
          };
      case Oid.JSON -> isJson(type) ? Form.BYTES : null;
      case Oid.JSONB -> isJson(type) ? Form.JSONB : null;
      case Oid.BYTEA -> kind == Kind.BYTES ? Form.BYTES : null;
      case Oid.DATE -> kind == Kind.DATE ? Form.DATE : null;
      case Oid.TIME -> kind == Kind.TIME ? Form.TIME : null;
      case Oid.TIMESTAMP -> kind == Kind.TIMESTAMP ? Form.TIMESTAMP : null;
      case Oid.TIMESTAMPTZ -> kind == Kind.TIMESTAMPTZ ? Form.TIMESTAMP : null;
      case Oid.UUID -> kind == Kind.UUID ? Form.BYTES : null;
      default -> byShape(type, column.shape());
    };
  }

  private static boolean isJson(BlockType type) {
    return type.kind() == Kind.JSON || type.equals(BlockType.TEXT);
  }

  private static @Nullable Form byShape(BlockType type, Shape shape) {
    boolean fits =
        switch (shape.transport()) {
          case SEND -> type.kind() == Kind.OPAQUE && shape.holds(type.sqlName());
          case LABEL -> type.equals(BlockType.TEXT);
          case TEXT, NONE -> false;
        };
    return fits ? Form.BYTES : null;
  }

  /** The server would round to its column's scale, so a decimal must fit as it is. */
  private static @Nullable Form numeric(BlockType type, TableColumn column) {
    int modifier = column.modifier();
    if (type.kind() == Kind.NUMERIC) {
      boolean same = type.sqlName().equals(column.shape().name());
      return modifier < 0 || same ? Form.BYTES : null;
    }
    if (type.kind() != Kind.DECIMAL) {
      return null;
    }
    int scale = type.scale();
    if (modifier >= 0) {
      int room = PgType.precision(modifier) - PgType.scale(modifier);
      if (scale > PgType.scale(modifier) || type.precision() - scale > room) {
        return null;
      }
    }
    return Numeric.fitsLong(type) ? Form.SHORT_DECIMAL : Form.LONG_DECIMAL;
  }

  /** The server would round to its column's fraction of a second, so a value must have no more. */
  private static long step(int fractionDigits) {
    long step = 1;
    for (int digits = fractionDigits < 0 ? 6 : fractionDigits; digits < 6; digits++) {
      step *= 10;
    }
    return step;
  }

  /**
   * Writes a value.
   *
   * @param target with room for {@link #FIXED_LIMIT} bytes, and those of a value of variable width
   * @return the position after it
   * @throws IllegalArgumentException when the column cannot hold the value unchanged
   */
  int encode(BlockColumn source, int row, byte[] target, int at) {
    return switch (form) {
      case BOOL -> {
        Wire.INT.set(target, at, 1);
        target[at + 4] = (byte) (source.getBool(row) ? 1 : 0);
        yield at + 5;
      }
      case SHORT -> {
        Wire.INT.set(target, at, 2);
        Wire.SHORT.set(target, at + 4, source.getShort(row));
        yield at + 6;
      }
      case SHORT_AS_INT -> putInt(source.getShort(row), target, at);
      case SHORT_AS_LONG -> putLong(source.getShort(row), target, at);
      case INT -> putInt(source.getInt(row), target, at);
      case INT_AS_LONG -> putLong(source.getInt(row), target, at);
      case LONG -> putLong(source.getLong(row), target, at);
      case FLOAT_AS_DOUBLE -> putLong(Double.doubleToRawLongBits(source.getFloat(row)), target, at);
      case DATE -> putInt(serverDay(source.getInt(row)), target, at);
      case TIME -> putLong(checked(source.getLong(row)), target, at);
      case TIMESTAMP -> putLong(checked(serverMicros(source.getLong(row))), target, at);
      case SHORT_DECIMAL -> {
        int end = Numeric.putUnscaledLong(target, at + 4, source.getUnscaledLong(row), scale);
        Wire.INT.set(target, at, end - at - 4);
        yield end;
      }
      case LONG_DECIMAL -> {
        if (source.isNaN(row)) {
          Wire.INT.set(target, at, Numeric.HEADER);
          yield Numeric.putNaN(target, at + 4);
        }
        byte[] encoded = Numeric.fromBigDecimal(source.getDecimal(row));
        Wire.INT.set(target, at, encoded.length);
        System.arraycopy(encoded, 0, target, at + 4, encoded.length);
        yield at + 4 + encoded.length;
      }
      case JSONB -> {
        Wire.INT.set(target, at, source.length(row) + 1);
        target[at + 4] = 1;
        yield source.copy(row, target, at + 5);
      }
      case LIMITED -> {
        Wire.INT.set(target, at, source.length(row));
        int end = source.copy(row, target, at + 4);
        if (end > at + 4 && target[end - 1] == ' ') {
          checkBlanks(target, at + 4, end);
        }
        yield end;
      }
      case BYTES -> {
        Wire.INT.set(target, at, source.length(row));
        yield source.copy(row, target, at + 4);
      }
    };
  }

  /**
   * Of blanks at the end a {@code varchar(n)} keeps what it has room for, a {@code char(n)} knows
   * only how many fill it up. Text that is too long for its other characters the server refuses.
   */
  private void checkBlanks(byte[] text, int from, int to) {
    int length = 0;
    for (int i = from; i < to; i++) {
      // Of the bytes of a character in UTF-8 all but the first begin with the bits 10.
      length += (text[i] & 0xc0) == 0x80 ? 0 : 1;
    }
    if (column.type() == Oid.VARCHAR ? length > characters : length != characters) {
      throw new IllegalArgumentException(
          "Invalid value of column "
              + column.name()
              + ": a text of "
              + length
              + " characters that ends in blanks (must fit "
              + column.typeName()
              + ", which would drop some)");
    }
  }

  private long checked(long micros) {
    if (step > 1 && micros % step != 0 && !isInfinite(micros)) {
      throw new IllegalArgumentException(
          "Invalid value of column "
              + column.name()
              + ": a time with a fraction of "
              + Math.floorMod(micros, 1_000_000L)
              + " microseconds (must fit "
              + column.typeName()
              + ")");
    }
    return micros;
  }

  private static int serverDay(int day) {
    return day == Integer.MAX_VALUE || day == Integer.MIN_VALUE ? day : day - PgType.EPOCH_DAYS;
  }

  private static long serverMicros(long micros) {
    // Below the least long it goes on from the greatest, as the decoder went.
    return isInfinite(micros) ? micros : micros - PgType.EPOCH_MICROS;
  }

  private static boolean isInfinite(long micros) {
    return micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
  }

  private static int putInt(int value, byte[] target, int at) {
    Wire.INT.set(target, at, 4);
    Wire.INT.set(target, at + 4, value);
    return at + 8;
  }

  private static int putLong(long value, byte[] target, int at) {
    Wire.INT.set(target, at, 8);
    Wire.LONG.set(target, at + 4, value);
    return at + 12;
  }
}
