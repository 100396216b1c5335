// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.block.BlockType.Kind;
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
import java.util.List;
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
  private final byte[] bytes;
  private final int validityAt;
  private final int offsetsAt;
  private final int dataAt;
  private final int dataLength;
  // Asked for every value, so not asked of the type.
  private final boolean variable;
  private final int width;

  /**
   * @param bytes the array that all buffers are parts of
   * @param validityAt where a bit a row begins, set where there is a value, unless {@code nulls} is
   *     0
   * @param offsetsAt where {@code rows + 1} ints begin, for a variable width
   * @param dataAt where {@code dataLength} bytes of values begin
   */
  BlockColumn(
      BlockType type,
      int rows,
      int nulls,
      byte[] bytes,
      int validityAt,
      int offsetsAt,
      int dataAt,
      int dataLength) {
    this.type = type;
    this.rows = rows;
    this.nulls = nulls;
    this.bytes = bytes;
    this.validityAt = validityAt;
    this.offsetsAt = offsetsAt;
    this.dataAt = dataAt;
    this.dataLength = dataLength;
    this.variable = type.isVariable();
    this.width = type.isVariable() ? 0 : type.width();
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
    return (long) end() - validityAt;
  }

  public boolean isNull(int row) {
    return nulls > 0 && !Bytes.bit(bytes, validityAt, row);
  }

  public boolean getBool(int row) {
    return Bytes.bit(bytes, dataAt, row);
  }

  public short getShort(int row) {
    return (short) Bytes.SHORT.get(bytes, dataAt + (row << 1));
  }

  public int getInt(int row) {
    return (int) Bytes.INT.get(bytes, dataAt + (row << 2));
  }

  public long getLong(int row) {
    return (long) Bytes.LONG.get(bytes, dataAt + (row << 3));
  }

  public float getFloat(int row) {
    return (float) Bytes.FLOAT.get(bytes, dataAt + (row << 2));
  }

  public double getDouble(int row) {
    return (double) Bytes.DOUBLE.get(bytes, dataAt + (row << 3));
  }

  /**
   * The unscaled value of a decimal for which {@link Numeric#fitsLong} holds; {@link
   * Numeric#NAN_UNSCALED} of NaN.
   */
  public long getUnscaledLong(int row) {
    return (long) Bytes.LONG.get(bytes, dataAt + row * width);
  }

  /** Whether a {@code DECIMAL} is NaN. */
  public boolean isNaN(int row) {
    // No number within the precision has a word of its value, the highest or only, this small.
    int word = Numeric.fitsLong(type) ? 0 : width - 8;
    return (long) Bytes.LONG.get(bytes, dataAt + row * width + word) == Numeric.NAN_UNSCALED;
  }

  /**
   * The exact value of a {@code DECIMAL}.
   *
   * @throws ArithmeticException for NaN
   */
  public BigDecimal getDecimal(int row) {
    if (isNaN(row)) {
      throw new ArithmeticException("NaN has no decimal");
    }
    byte[] bigEndian = new byte[width];
    int last = dataAt + row * width + bigEndian.length - 1;
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = bytes[last - i];
    }
    return new BigDecimal(new BigInteger(bigEndian), type.scale());
  }

  /** The length in bytes of a value, of a fixed width too; 0 of a {@code BOOL}, which is a bit. */
  public int length(int row) {
    return variable ? offset(row + 1) - offset(row) : width;
  }

  /**
   * A byte of a value, as {@link #copy} gives it.
   *
   * @param index from 0, below {@link #length}
   */
  public byte byteAt(int row, int index) {
    return bytes[position(row) + index];
  }

  /**
   * Copies a value's bytes.
   *
   * @return the position after the last byte written
   */
  public int copy(int row, byte[] target, int at) {
    int length = length(row);
    System.arraycopy(bytes, position(row), target, at, length);
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
    String text = new String(bytes, position(row), length(row), StandardCharsets.UTF_8);
    // What cannot be decoded becomes U+FFFD, which a text may also hold by right.
    if (text.indexOf('\uFFFD') >= 0) {
      requireUtf8(row);
    }
    return text;
  }

  private void requireUtf8(int row) {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, position(row), length(row)));
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
      case NUMERIC -> Numeric.toBigDecimal(bytes, position(row));
      case TEXT, JSON -> getText(row);
      case BYTES, OPAQUE -> getBytes(row);
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
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    // 2^64 microseconds.
    return micros < Kind.WRAPPED_END
        ? instant.plusSeconds(18_446_744_073_709L).plusNanos(551_616_000)
        : instant;
  }

  private UUID uuid(int row) {
    long high = Long.reverseBytes((long) Bytes.LONG.get(bytes, dataAt + (row << 4)));
    long low = Long.reverseBytes((long) Bytes.LONG.get(bytes, dataAt + (row << 4) + 8));
    return new UUID(high, low);
  }

  private int offset(int row) {
    return (int) Bytes.INT.get(bytes, offsetsAt + (row << 2));
  }

  /** Where a value begins in the array. */
  private int position(int row) {
    return dataAt + (variable ? offset(row) : row * width);
  }

  /** The position in the array after the data. */
  int end() {
    return dataAt + dataLength;
  }

  /** A view of the buffers, in the order of Arrow. */
  List<ByteBuffer> buffers() {
    ByteBuffer validity = ByteBuffer.wrap(bytes, validityAt, offsetsAt - validityAt);
    ByteBuffer offsets = ByteBuffer.wrap(bytes, offsetsAt, dataAt - offsetsAt);
    ByteBuffer data = ByteBuffer.wrap(bytes, dataAt, dataLength);
    return variable ? List.of(validity, offsets, data) : List.of(validity, data);
  }

  /** The buffers as part of another block. */
  BlockBytes.Source source() {
    return new BlockBytes.Source() {
      @Override
      public int nulls() {
        return nulls;
      }

      @Override
      public int dataLength() {
        return dataLength;
      }

      @Override
      public void copyValidity(byte[] target, int at, int length) {
        System.arraycopy(bytes, validityAt, target, at, length);
      }

      @Override
      public void copyOffsets(byte[] target, int at, int length) {
        System.arraycopy(bytes, offsetsAt, target, at, length);
      }

      @Override
      public void copyData(byte[] target, int at, int length) {
        System.arraycopy(bytes, dataAt, target, at, length);
      }
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlockColumn that
        && rows == that.rows
        && nulls == that.nulls
        && type.equals(that.type)
        && Arrays.equals(bytes, validityAt, end(), that.bytes, that.validityAt, that.end());
  }

  @Override
  public int hashCode() {
    return 31 * rows + ByteBuffer.wrap(bytes, validityAt, end() - validityAt).hashCode();
  }
}
