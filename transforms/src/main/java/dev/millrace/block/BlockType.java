// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.Serializable;

/**
 * What a column of a {@link Block} holds; every column may hold NULL.
 *
 * @param kind the physical and logical form
 * @param precision digits of a {@link Kind#DECIMAL}, 1 to 76; else 0
 * @param scale digits after the point of a {@link Kind#DECIMAL}, 0 to precision; else 0
 * @param sqlName what the database calls the type of these values, where the kind alone does not
 *     tell it; a writer compares it. Always of an {@link Kind#OPAQUE}, maybe of a {@link Kind#TEXT}
 *     or {@link Kind#NUMERIC}; else empty
 */
public record BlockType(Kind kind, int precision, int scale, String sqlName)
    implements Serializable {

  /** The forms a value can take, each with its Arrow layout. */
  public enum Kind {
    /** One bit. */
    BOOL(Kind.BITS),
    INT16(2),
    INT32(4),
    INT64(8),
    FLOAT32(4),
    FLOAT64(8),
    /**
     * A decimal of fixed precision and scale: 16 bytes up to 38 digits, 32 bytes up to 76. NaN,
     * which Arrow's decimals lack, is a number beyond every precision: the least long where {@link
     * Numeric#fitsLong}, else the least number of the width.
     */
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
    /**
     * Microseconds since 1970-01-01 00:00 of no zone; extremes are the infinities. Those of the
     * years 294247 to 294276, which PostgreSQL has and a long has not, are less by 2^64 and so lie
     * below {@value #WRAPPED_END}, in a past that PostgreSQL has not.
     */
    TIMESTAMP(8),
    /** Microseconds since 1970-01-01 00:00 UTC, as those of a {@link #TIMESTAMP}. */
    TIMESTAMPTZ(8),
    /** 16 bytes, the most significant first. */
    UUID(16),
    /** UTF-8 that a database accepted as JSON. */
    JSON(Kind.VARIABLE),
    /** What the send function of the type {@link BlockType#sqlName} made; of no other meaning. */
    OPAQUE(Kind.VARIABLE);

    /** All timestamps below are later than the greatest long. */
    static final long WRAPPED_END = Long.MIN_VALUE + 946_684_800_000_000L;

    private static final int VARIABLE = -1;
    private static final int BITS = 0;

    private final int width;

    Kind(int width) {
      this.width = width;
    }
  }

  public static final BlockType BOOL = plain(Kind.BOOL);
  public static final BlockType INT16 = plain(Kind.INT16);
  public static final BlockType INT32 = plain(Kind.INT32);
  public static final BlockType INT64 = plain(Kind.INT64);
  public static final BlockType FLOAT32 = plain(Kind.FLOAT32);
  public static final BlockType FLOAT64 = plain(Kind.FLOAT64);
  public static final BlockType NUMERIC = plain(Kind.NUMERIC);
  public static final BlockType TEXT = plain(Kind.TEXT);
  public static final BlockType BYTES = plain(Kind.BYTES);
  public static final BlockType DATE = plain(Kind.DATE);
  public static final BlockType TIME = plain(Kind.TIME);
  public static final BlockType TIMESTAMP = plain(Kind.TIMESTAMP);
  public static final BlockType TIMESTAMPTZ = plain(Kind.TIMESTAMPTZ);
  public static final BlockType UUID = plain(Kind.UUID);
  public static final BlockType JSON = plain(Kind.JSON);

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
    boolean nameable = kind == Kind.TEXT || kind == Kind.NUMERIC || kind == Kind.OPAQUE;
    if (sqlName.isEmpty() ? kind == Kind.OPAQUE : !nameable) {
      throw new IllegalArgumentException(
          "Invalid type: "
              + kind
              + " with the name '"
              + sqlName
              + "' (must have one if OPAQUE, may have one if TEXT or NUMERIC)");
    }
  }

  private static BlockType plain(Kind kind) {
    return new BlockType(kind, 0, 0, "");
  }

  /** A decimal of fixed precision (1 to 76) and scale (0 to the precision). */
  public static BlockType decimal(int precision, int scale) {
    return new BlockType(Kind.DECIMAL, precision, scale, "");
  }

  /** A numeric of a database's type whose limits a {@link Kind#DECIMAL} does not have. */
  public static BlockType numericOf(String sqlName) {
    return new BlockType(Kind.NUMERIC, 0, 0, sqlName);
  }

  /** The output text of values of a database's type. */
  public static BlockType textOf(String sqlName) {
    return new BlockType(Kind.TEXT, 0, 0, sqlName);
  }

  /** The send bytes of values of a database's type. */
  public static BlockType opaque(String sqlName) {
    return new BlockType(Kind.OPAQUE, 0, 0, sqlName);
  }

  /** Whether values differ in length and are found through offsets. */
  public boolean isVariable() {
    return kind.width == Kind.VARIABLE;
  }

  /** Whether values are single bits. */
  boolean isBits() {
    return kind.width == Kind.BITS;
  }

  /** Bytes of a value, 0 of a {@code BOOL}; meaningful for a fixed width only. */
  public int width() {
    return kind == Kind.DECIMAL && precision > DIGITS_OF_128_BITS ? 32 : kind.width;
  }

  @Override
  public String toString() {
    if (!sqlName.isEmpty()) {
      return sqlName;
    }
    return kind == Kind.DECIMAL ? "DECIMAL(" + precision + "," + scale + ")" : kind.name();
  }
}
