// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;

/**
 * What a column of a {@link Block} holds; every column may hold NULL.
 *
 * @param kind the physical and logical form
 * @param precision digits of a {@link Kind#DECIMAL}, 1 to 76; else 0
 * @param scale digits after the point of a {@link Kind#DECIMAL}, 0 to precision; else 0
 */
public record BlockType(Kind kind, int precision, int scale) implements Serializable {

  /** The forms a value can take, each with its Arrow layout. */
  public enum Kind {
    /** One bit. */
    BOOL(Kind.BITS),
    INT16(2),
    INT32(4),
    INT64(8),
    FLOAT32(4),
    FLOAT64(8),
    /** A decimal of fixed precision and scale: 16 bytes up to 38 digits, 32 bytes up to 76. */
    DECIMAL(16),
    /** A decimal without limits, NaN and infinities included, encoded as {@link Numeric}. */
    NUMERIC(Kind.VARIABLE),
    /** UTF-8 without NUL. */
    TEXT(Kind.VARIABLE),
    BYTES(Kind.VARIABLE),
    /** Days since 1970-01-01; the least and the greatest int are the infinities. */
    DATE(4),
    /** Microseconds since midnight, 0 to 86,400,000,000 ({@code 24:00:00}). */
    TIME(8),
    /** Microseconds since 1970-01-01 00:00 of no zone; extremes are the infinities. */
    TIMESTAMP(8),
    /** Microseconds since 1970-01-01 00:00 UTC; extremes are the infinities. */
    TIMESTAMPTZ(8),
    /** 16 bytes, the most significant first. */
    UUID(16),
    /** UTF-8 that a database accepted as JSON. */
    JSON(Kind.VARIABLE);

    private static final int VARIABLE = -1;
    private static final int BITS = 0;

    private final int width;

    Kind(int width) {
      this.width = width;
    }
  }

  public static final BlockType BOOL = new BlockType(Kind.BOOL, 0, 0);
  public static final BlockType INT16 = new BlockType(Kind.INT16, 0, 0);
  public static final BlockType INT32 = new BlockType(Kind.INT32, 0, 0);
  public static final BlockType INT64 = new BlockType(Kind.INT64, 0, 0);
  public static final BlockType FLOAT32 = new BlockType(Kind.FLOAT32, 0, 0);
  public static final BlockType FLOAT64 = new BlockType(Kind.FLOAT64, 0, 0);
  public static final BlockType NUMERIC = new BlockType(Kind.NUMERIC, 0, 0);
  public static final BlockType TEXT = new BlockType(Kind.TEXT, 0, 0);
  public static final BlockType BYTES = new BlockType(Kind.BYTES, 0, 0);
  public static final BlockType DATE = new BlockType(Kind.DATE, 0, 0);
  public static final BlockType TIME = new BlockType(Kind.TIME, 0, 0);
  public static final BlockType TIMESTAMP = new BlockType(Kind.TIMESTAMP, 0, 0);
  public static final BlockType TIMESTAMPTZ = new BlockType(Kind.TIMESTAMPTZ, 0, 0);
  public static final BlockType UUID = new BlockType(Kind.UUID, 0, 0);
  public static final BlockType JSON = new BlockType(Kind.JSON, 0, 0);

  /** The most digits that 128 bits hold. */
  static final int DIGITS_OF_128_BITS = 38;

  private static final int DIGITS_OF_256_BITS = 76;

  public BlockType {
    boolean decimal = kind == Kind.DECIMAL;
    if (decimal && (precision < 1 || precision > DIGITS_OF_256_BITS)) {
      throw new IllegalArgumentException(
          "Invalid precision: " + precision + " (must be 1 to " + DIGITS_OF_256_BITS + ")");
    }
    if (decimal && (scale < 0 || scale > precision)) {
      throw new IllegalArgumentException(
          "Invalid scale: " + scale + " (must be 0 to the precision, " + precision + ")");
    }
    if (!decimal && (precision != 0 || scale != 0)) {
      throw new IllegalArgumentException(
          "Invalid type: " + kind + " with precision " + precision + " (must be without)");
    }
  }

  /** A decimal of fixed precision (1 to 76) and scale (0 to the precision). */
  public static BlockType decimal(int precision, int scale) {
    return new BlockType(Kind.DECIMAL, precision, scale);
  }

  /** Whether values differ in length and are found through offsets. */
  public boolean isVariable() {
    return kind.width == Kind.VARIABLE;
  }

  /** Whether values are single bits. */
  boolean isBits() {
    return kind.width == Kind.BITS;
  }

  /** Bytes of a value; meaningful for a fixed width only. */
  int width() {
    return kind == Kind.DECIMAL && precision > DIGITS_OF_128_BITS ? 32 : kind.width;
  }

  @Override
  public String toString() {
    return kind == Kind.DECIMAL ? "DECIMAL(" + precision + "," + scale + ")" : kind.name();
  }
}
