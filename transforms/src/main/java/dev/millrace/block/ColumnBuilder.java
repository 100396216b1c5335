// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.block.BlockType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
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
 * Collects the values of one column. The typed appenders do not check the type; {@link #append}
 * does. Not safe for use by several threads.
 */
public final class ColumnBuilder {

  /** Characters of a refused value that its error repeats. */
  private static final int SHOWN = 100;

  private final Column column;
  private final int width;
  private int rows;
  private int nulls;
  // Empty until the first NULL: most columns of most blocks have none.
  private byte[] validity = Bytes.NONE;
  private byte[] offsets;
  private byte[] data = Bytes.NONE;
  private int used;

  ColumnBuilder(Column column) {
    this.column = column;
    this.width = column.type().isVariable() ? 0 : column.type().width();
    this.offsets = column.type().isVariable() ? new byte[64] : Bytes.NONE;
  }

  public BlockType type() {
    return column.type();
  }

  public void appendNull() {
    if (nulls++ == 0) {
      validity = new byte[Math.max(64, Bytes.bitmapLength(rows + 1))];
      Arrays.fill(validity, 0, rows >>> 3, (byte) 0xff);
      validity[rows >>> 3] = (byte) ((1 << (rows & 7)) - 1);
    } else if (rows >>> 3 >= validity.length) {
      validity = Arrays.copyOf(validity, validity.length * 2);
    }
    if (type().isBits()) {
      reserveBit();
    } else if (width > 0) {
      int at = reserve(width);
      Arrays.fill(data, at, at + width, (byte) 0);
    } else {
      endOffset();
    }
    rows++;
  }

  public void appendBool(boolean value) {
    reserveBit();
    if (value) {
      Bytes.setBit(data, rows);
    }
    endRow();
  }

  public void appendShort(short value) {
    int at = reserve(2);
    Bytes.SHORT.set(data, at, value);
    endRow();
  }

  public void appendInt(int value) {
    int at = reserve(4);
    Bytes.INT.set(data, at, value);
    endRow();
  }

  public void appendLong(long value) {
    int at = reserve(8);
    Bytes.LONG.set(data, at, value);
    endRow();
  }

  public void appendFloat(float value) {
    int at = reserve(4);
    Bytes.FLOAT.set(data, at, value);
    endRow();
  }

  public void appendDouble(double value) {
    int at = reserve(8);
    Bytes.DOUBLE.set(data, at, value);
    endRow();
  }

  /** A decimal that fits a long at this column's scale. */
  public void appendUnscaledLong(long value) {
    int at = reserve(width);
    long sign = value >> 63;
    Bytes.LONG.set(data, at, value);
    for (int i = 8; i < width; i += 8) {
      Bytes.LONG.set(data, at + i, sign);
    }
    endRow();
  }

  /**
   * A decimal at this column's scale.
   *
   * @throws ArithmeticException when it has more digits than the column, before or after the point
   */
  public void appendDecimal(BigDecimal value) {
    // Before any change of scale: 1E+999999999 is small only as it stands.
    if (value.signum() != 0
        && (long) value.precision() - value.scale() > type().precision() - type().scale()) {
      throw new ArithmeticException("a number has more digits than " + type());
    }
    BigInteger unscaled = value.setScale(type().scale()).unscaledValue();
    byte[] bigEndian = unscaled.toByteArray();
    int at = reserve(width);
    Arrays.fill(data, at, at + width, (byte) (unscaled.signum() >> 1));
    for (int i = 0; i < bigEndian.length; i++) {
      data[at + bigEndian.length - 1 - i] = bigEndian[i];
    }
    endRow();
  }

  /** A decimal that is not a number. */
  public void appendNaN() {
    if (Numeric.fitsLong(type())) {
      appendUnscaledLong(Numeric.NAN_UNSCALED);
      return;
    }
    int at = reserve(width);
    Arrays.fill(data, at, at + width, (byte) 0);
    data[at + width - 1] = (byte) 0x80;
    endRow();
  }

  /** The bytes of a value of variable width, or of a fixed one whose width is {@code length}. */
  public void appendBytes(byte[] source, int from, int length) {
    int at = reserve(length);
    System.arraycopy(source, from, data, at, length);
    if (width == 0) {
      endOffset();
    }
    endRow();
  }

  /**
   * A value as the Java object that {@link BlockSchema#toBeam()} gives the type.
   *
   * @throws IllegalArgumentException when the object is of another class, or does not fit
   */
  public void append(@Nullable Object value) {
    if (value == null) {
      appendNull();
      return;
    }
    try {
      appendPresent(value);
    } catch (ClassCastException | ArithmeticException | IllegalArgumentException misfit) {
      String shown = String.valueOf(value);
      throw new IllegalArgumentException(
          "Invalid value of column "
              + column.name()
              + ": "
              + (shown.length() <= SHOWN ? shown : shown.substring(0, SHOWN) + "...")
              + " of "
              + value.getClass().getSimpleName()
              + " (must "
              + requirement()
              + ")",
          misfit);
    }
  }

  private String requirement() {
    return switch (type().kind()) {
      case TEXT, JSON -> "be a String without NUL and unpaired surrogates";
      case TIME, TIMESTAMP, TIMESTAMPTZ -> "fit " + type() + ", in whole microseconds";
      default -> "fit " + type();
    };
  }

  private void appendPresent(Object value) {
    switch (type().kind()) {
      case BOOL -> appendBool((Boolean) value);
      case INT16 -> appendShort((Short) value);
      case INT32 -> appendInt((Integer) value);
      case INT64 -> appendLong((Long) value);
      case FLOAT32 -> appendFloat((Float) value);
      case FLOAT64 -> appendDouble((Double) value);
      case DECIMAL -> appendDecimal((BigDecimal) value);
      case NUMERIC -> appendAll(Numeric.fromBigDecimal((BigDecimal) value));
      case TEXT, JSON -> appendText((String) value);
      case BYTES, OPAQUE -> appendAll((byte[]) value);
      case DATE -> appendInt(days((LocalDate) value));
      case TIME -> appendLong(wholeMicros(((LocalTime) value).toNanoOfDay()));
      case TIMESTAMP -> appendLong(micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC)));
      case TIMESTAMPTZ -> appendLong(micros((Instant) value));
      case UUID -> appendUuid((UUID) value);
    }
  }

  private void appendAll(byte[] bytes) {
    appendBytes(bytes, 0, bytes.length);
  }

  private void appendText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a text has no NUL");
    }
    // An unpaired surrogate has become a question mark.
    if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      throw new IllegalArgumentException("a text has no unpaired surrogate");
    }
    appendAll(utf8);
  }

  private static int days(LocalDate date) {
    int days = Math.toIntExact(date.toEpochDay());
    if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
      throw new ArithmeticException("a date would be taken for an infinity");
    }
    return days;
  }

  private static long micros(Instant instant) {
    long seconds = instant.getEpochSecond();
    long micros = wholeMicros(instant.getNano());
    // Towards 0, since the product alone may lie below the least long.
    long sum =
        seconds < 0
            ? Math.addExact(Math.multiplyExact(seconds + 1, 1_000_000L), micros - 1_000_000L)
            : Math.addExact(Math.multiplyExact(seconds, 1_000_000L), micros);
    if (sum == Long.MAX_VALUE || sum < Kind.WRAPPED_END) {
      throw new ArithmeticException("a timestamp would be taken for an infinity or a later one");
    }
    return sum;
  }

  private static long wholeMicros(long nanos) {
    if (nanos % 1_000 != 0) {
      throw new ArithmeticException("a time has a part of a microsecond");
    }
    return nanos / 1_000;
  }

  private void appendUuid(UUID value) {
    int at = reserve(16);
    Bytes.LONG.set(data, at, Long.reverseBytes(value.getMostSignificantBits()));
    Bytes.LONG.set(data, at + 8, Long.reverseBytes(value.getLeastSignificantBits()));
    endRow();
  }

  /** The value of a row of a column of the same type, NULL too. */
  public void appendFrom(BlockColumn source, int row) {
    if (source.isNull(row)) {
      appendNull();
    } else if (type().isBits()) {
      appendBool(source.getBool(row));
    } else {
      int at = reserve(source.length(row));
      source.copy(row, data, at);
      if (width == 0) {
        endOffset();
      }
      endRow();
    }
  }

  /**
   * The values of some rows of a column of the same type, for which room is made once.
   *
   * @param chosen rows, in any order and as often as wanted; -1 for NULL
   */
  public void appendFrom(BlockColumn source, int[] chosen) {
    long length = 0;
    for (int row : chosen) {
      length += row < 0 ? width : source.length(row);
    }
    if (used + length > data.length) {
      data = Arrays.copyOf(data, Bytes.checkedLength(used + length, column.name()));
    }
    for (int row : chosen) {
      if (row < 0) {
        appendNull();
      } else {
        appendFrom(source, row);
      }
    }
  }

  long bytes() {
    return used
        + (nulls > 0 ? Bytes.bitmapLength(rows) : 0)
        + (offsets.length > 0 ? 4L * (rows + 1) : 0);
  }

  int rows() {
    return rows;
  }

  /** The values so far as part of a block. */
  BlockBytes.Source source() {
    return new BlockBytes.Source() {
      @Override
      public int nulls() {
        return nulls;
      }

      @Override
      public int dataLength() {
        return used;
      }

      @Override
      public void copyValidity(byte[] target, int at, int length) {
        System.arraycopy(validity, 0, target, at, length);
      }

      @Override
      public void copyOffsets(byte[] target, int at, int length) {
        System.arraycopy(offsets, 0, target, at, length);
      }

      @Override
      public void copyData(byte[] target, int at, int length) {
        System.arraycopy(data, 0, target, at, length);
      }
    };
  }

  /** Forgets the values so far and keeps the arrays. */
  void clear() {
    rows = 0;
    nulls = 0;
    used = 0;
  }

  /** Ends a row that is not NULL. */
  private void endRow() {
    if (nulls > 0) {
      if (rows >>> 3 >= validity.length) {
        validity = Arrays.copyOf(validity, validity.length * 2);
      }
      Bytes.setBit(validity, rows);
    }
    rows++;
  }

  /** Notes where the value of this row, of variable width, has ended. */
  private void endOffset() {
    int at = (rows + 1) << 2;
    if (at > offsets.length - 4) {
      offsets = grown(offsets, at + 4L);
    }
    Bytes.INT.set(offsets, at, used);
  }

  /** Room for {@code length} more bytes; returns where they begin. */
  private int reserve(int length) {
    int at = used;
    if (length > data.length - at) {
      data = grown(data, (long) at + length);
    }
    used = at + length;
    return at;
  }

  private void reserveBit() {
    if ((rows & 7) == 0) {
      int at = reserve(1);
      data[at] = 0;
    }
  }

  private byte[] grown(byte[] array, long needed) {
    int least = Bytes.checkedLength(needed, column.name());
    return Arrays.copyOf(
        array, (int) Math.min(Bytes.LARGEST, Math.max((long) least, array.length * 2L)));
  }
}
