// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockType;
import dev.millrace.block.BlockType.Kind;
import dev.millrace.block.Numeric;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/**
 * Writes one value that is not NULL as its type's receive function reads it, its length first, and
 * returns the position after it.
 */
@FunctionalInterface
interface FieldEncoder {

  /**
   * Bytes at most of the length and a value of fixed width, a decimal of 76 digits included, and of
   * what is put around a value of variable width.
   */
  int FIXED_LIMIT = 64;

  int encode(BlockColumn source, int row, byte[] target, int at);

  /** The encoder from a type into a column, if every value of the type has one exact form there. */
  static Optional<FieldEncoder> of(BlockType type, TableColumn column) {
    FieldEncoder encoder =
        switch (column.type()) {
          case Oid.BOOL -> type.kind() == Kind.BOOL ? FieldEncoder::bool : null;
          case Oid.INT2 -> type.kind() == Kind.INT16 ? FieldEncoder::int2 : null;
          case Oid.INT4 -> int4(type.kind());
          case Oid.INT8 -> int8(type.kind());
          case Oid.FLOAT4 -> type.kind() == Kind.FLOAT32 ? FieldEncoder::word : null;
          case Oid.FLOAT8 -> float8(type.kind());
          case Oid.NUMERIC -> numeric(type, column.modifier());
          case Oid.TEXT, Oid.VARCHAR, Oid.BPCHAR, Oid.JSON ->
              Set.of(Kind.TEXT, Kind.JSON).contains(type.kind()) ? FieldEncoder::bytes : null;
          case Oid.JSONB ->
              Set.of(Kind.TEXT, Kind.JSON).contains(type.kind()) ? FieldEncoder::jsonb : null;
          case Oid.BYTEA -> type.kind() == Kind.BYTES ? FieldEncoder::bytes : null;
          case Oid.DATE -> type.kind() == Kind.DATE ? FieldEncoder::date : null;
          case Oid.TIME ->
              type.kind() == Kind.TIME ? rounded(FieldEncoder::doubleWord, column) : null;
          case Oid.TIMESTAMP ->
              type.kind() == Kind.TIMESTAMP ? rounded(FieldEncoder::timestamp, column) : null;
          case Oid.TIMESTAMPTZ ->
              type.kind() == Kind.TIMESTAMPTZ ? rounded(FieldEncoder::timestamp, column) : null;
          case Oid.UUID -> type.kind() == Kind.UUID ? FieldEncoder::bytes : null;
          default -> null;
        };
    return Optional.ofNullable(encoder);
  }

  private static @Nullable FieldEncoder int4(Kind kind) {
    return switch (kind) {
      case INT16 -> (source, row, target, at) -> putInt(source.getShort(row), target, at);
      case INT32 -> FieldEncoder::word;
      default -> null;
    };
  }

  private static @Nullable FieldEncoder int8(Kind kind) {
    return switch (kind) {
      case INT16 -> (source, row, target, at) -> putLong(source.getShort(row), target, at);
      case INT32 -> (source, row, target, at) -> putLong(source.getInt(row), target, at);
      case INT64 -> FieldEncoder::doubleWord;
      default -> null;
    };
  }

  private static @Nullable FieldEncoder float8(Kind kind) {
    return switch (kind) {
      case FLOAT32 ->
          (source, row, target, at) ->
              putLong(Double.doubleToRawLongBits(source.getFloat(row)), target, at);
      case FLOAT64 -> FieldEncoder::doubleWord;
      default -> null;
    };
  }

  /** The server would round to its column's scale, so a decimal must fit as it is. */
  private static @Nullable FieldEncoder numeric(BlockType type, int modifier) {
    if (type.kind() == Kind.NUMERIC) {
      return modifier < 0 ? FieldEncoder::bytes : null;
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
    return Numeric.fitsLong(type)
        ? (source, row, target, at) -> {
          int end = Numeric.putUnscaledLong(target, at + 4, source.getUnscaledLong(row), scale);
          Wire.INT.set(target, at, end - at - 4);
          return end;
        }
        : (source, row, target, at) -> {
          byte[] encoded = Numeric.fromBigDecimal(source.getDecimal(row));
          Wire.INT.set(target, at, encoded.length);
          System.arraycopy(encoded, 0, target, at + 4, encoded.length);
          return at + 4 + encoded.length;
        };
  }

  /** The server would round to its column's fraction of a second, so a value must have no more. */
  private static FieldEncoder rounded(FieldEncoder exact, TableColumn column) {
    if (column.modifier() < 0 || column.modifier() >= 6) {
      return exact;
    }
    long unit = 1;
    for (int digits = column.modifier(); digits < 6; digits++) {
      unit *= 10;
    }
    long step = unit;
    return (source, row, target, at) -> {
      long micros = source.getLong(row);
      if (micros % step != 0 && micros != Long.MAX_VALUE && micros != Long.MIN_VALUE) {
        throw new IllegalArgumentException(
            "Invalid value of column "
                + column.name()
                + ": a time with a fraction of "
                + Math.floorMod(micros, 1_000_000L)
                + " microseconds (must fit "
                + column.typeName()
                + ")");
      }
      return exact.encode(source, row, target, at);
    };
  }

  private static int bool(BlockColumn source, int row, byte[] target, int at) {
    Wire.INT.set(target, at, 1);
    target[at + 4] = (byte) (source.getBool(row) ? 1 : 0);
    return at + 5;
  }

  private static int int2(BlockColumn source, int row, byte[] target, int at) {
    Wire.INT.set(target, at, 2);
    Wire.SHORT.set(target, at + 4, source.getShort(row));
    return at + 6;
  }

  private static int word(BlockColumn source, int row, byte[] target, int at) {
    return putInt(source.getInt(row), target, at);
  }

  private static int doubleWord(BlockColumn source, int row, byte[] target, int at) {
    return putLong(source.getLong(row), target, at);
  }

  private static int date(BlockColumn source, int row, byte[] target, int at) {
    int day = source.getInt(row);
    boolean infinite = day == Integer.MAX_VALUE || day == Integer.MIN_VALUE;
    return putInt(infinite ? day : day - PgType.EPOCH_DAYS, target, at);
  }

  private static int timestamp(BlockColumn source, int row, byte[] target, int at) {
    long micros = source.getLong(row);
    boolean infinite = micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
    return putLong(infinite ? micros : Math.subtractExact(micros, PgType.EPOCH_MICROS), target, at);
  }

  private static int bytes(BlockColumn source, int row, byte[] target, int at) {
    Wire.INT.set(target, at, source.length(row));
    return source.copy(row, target, at + 4);
  }

  private static int jsonb(BlockColumn source, int row, byte[] target, int at) {
    Wire.INT.set(target, at, source.length(row) + 1);
    target[at + 4] = 1;
    return source.copy(row, target, at + 5);
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
