// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The values of one column of a {@link Block}, in Arrow's layout on the heap. Immutable and safe to
 * share between threads.
 *
 * <p>The typed getters do not check the type nor NULL: they are for loops that chose them by {@link
 * #type()} and asked {@link #isNull} first. {@link #value} serves everyone else.
 */
public final class BlockColumn {

  private final BlockType type;
  private final int rows;
  private final int nulls;
  private final byte[] validity;
  private final byte[] offsets;
  private final byte[] data;

  /**
   * @param validity a bit a row, set where there is a value; empty when {@code nulls} is 0
   * @param offsets {@code rows + 1} ints for a variable width; else empty
   */
  BlockColumn(BlockType type, int rows, int nulls, byte[] validity, byte[] offsets, byte[] data) {
    this.type = type;
    this.rows = rows;
    this.nulls = nulls;
    this.validity = validity;
    this.offsets = offsets;
    this.data = data;
  }

  public BlockType type() {
    return type;
  }

  public int rows() {
    return rows;
  }

  /** How many rows are NULL. */
  public int nulls() {
    return nulls;
  }

  /** Bytes held on the heap by validity, offsets and data. */
  public long bytes() {
    return (long) validity.length + offsets.length + data.length;
  }

  public boolean isNull(int row) {
    return nulls > 0 && !Bytes.bit(validity, row);
  }

  public boolean getBool(int row) {
    return Bytes.bit(data, row);
  }

  public short getShort(int row) {
    return (short) Bytes.SHORT.get(data, row << 1);
  }

  public int getInt(int row) {
    return (int) Bytes.INT.get(data, row << 2);
  }

  public long getLong(int row) {
    return (long) Bytes.LONG.get(data, row << 3);
  }

  public float getFloat(int row) {
    return (float) Bytes.FLOAT.get(data, row << 2);
  }

  public double getDouble(int row) {
    return (double) Bytes.DOUBLE.get(data, row << 3);
  }

  /** The unscaled value of a decimal of at most 18 digits. */
  public long getUnscaledLong(int row) {
    return (long) Bytes.LONG.get(data, row * type.width());
  }

  /** The exact value of a {@code DECIMAL}. */
  public BigDecimal getDecimal(int row) {
    byte[] bigEndian = new byte[type.width()];
    int last = row * type.width() + bigEndian.length - 1;
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = data[last - i];
    }
    return new BigDecimal(new BigInteger(bigEndian), type.scale());
  }

  /** The length in bytes of a value, of a fixed width too; 0 of a {@code BOOL}, which is a bit. */
  public int length(int row) {
    return type.isVariable() ? offset(row + 1) - offset(row) : type.width();
  }

  /**
   * Copies a value's bytes.
   *
   * @return the position after the last byte written
   */
  public int copy(int row, byte[] target, int at) {
    int from = type.isVariable() ? offset(row) : row * type.width();
    int length = length(row);
    System.arraycopy(data, from, target, at, length);
    return at + length;
  }

  /** A copy of a value's bytes. */
  public byte[] getBytes(int row) {
    byte[] bytes = new byte[length(row)];
    copy(row, bytes, 0);
    return bytes;
  }

  /**
   * The value of a {@code TEXT} or {@code JSON}.
   *
   * @throws IllegalArgumentException when its bytes are not UTF-8
   */
  public String getText(int row) {
    String text = new String(data, offset(row), length(row), StandardCharsets.UTF_8);
    // What cannot be decoded becomes U+FFFD, which a text may also hold by right.
    if (text.indexOf('\uFFFD') >= 0) {
      requireUtf8(row);
    }
    return text;
  }

  private void requireUtf8(int row) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data, offset(row), length(row)));
    } catch (CharacterCodingException malformed) {
      throw new IllegalArgumentException("its bytes are not UTF-8", malformed);
    }
  }

  /**
   * The value as the Java object that {@link BlockSchema#toBeam()} gives its type.
   *
   * @return null for NULL
   * @throws ArithmeticException for a value that the object cannot be: an infinite date, time
   *     24:00, a NaN numeric
   * @throws IllegalArgumentException for a text whose bytes are not UTF-8
   */
  public @Nullable Object value(int row) {
    if (isNull(row)) {
      return null;
    }
    return switch (type.kind()) {
      case BOOL -> getBool(row);
      case INT16 -> getShort(row);
      case INT32 -> getInt(row);
      case INT64 -> getLong(row);
      case FLOAT32 -> getFloat(row);
      case FLOAT64 -> getDouble(row);
      case DECIMAL -> getDecimal(row);
      case NUMERIC -> Numeric.toBigDecimal(data, offset(row));
      case TEXT, JSON -> getText(row);
      case BYTES -> getBytes(row);
      case DATE -> date(getInt(row));
      case TIME -> time(getLong(row));
      case TIMESTAMP -> LocalDateTime.ofInstant(instant(getLong(row)), ZoneOffset.UTC);
      case TIMESTAMPTZ -> instant(getLong(row));
      case UUID -> uuid(row);
    };
  }

  private static LocalDate date(int days) {
    if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
      throw new ArithmeticException("an infinite date has no LocalDate");
    }
    return LocalDate.ofEpochDay(days);
  }

  private static LocalTime time(long micros) {
    if (micros == 86_400_000_000L) {
      throw new ArithmeticException("24:00:00 has no LocalTime");
    }
    return LocalTime.ofNanoOfDay(micros * 1_000);
  }

  private static Instant instant(long micros) {
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      throw new ArithmeticException("an infinite timestamp has no Instant");
    }
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }

  private UUID uuid(int row) {
    long high = Long.reverseBytes((long) Bytes.LONG.get(data, row << 4));
    long low = Long.reverseBytes((long) Bytes.LONG.get(data, (row << 4) + 8));
    return new UUID(high, low);
  }

  int offset(int row) {
    return (int) Bytes.INT.get(offsets, row << 2);
  }

  byte[] validity() {
    return validity;
  }

  byte[] offsets() {
    return offsets;
  }

  byte[] data() {
    return data;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlockColumn that
        && rows == that.rows
        && nulls == that.nulls
        && type.equals(that.type)
        && Arrays.equals(data, that.data)
        && Arrays.equals(offsets, that.offsets)
        && Arrays.equals(validity, that.validity);
  }

  @Override
  public int hashCode() {
    return 31 * rows + Arrays.hashCode(data);
  }
}
