// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import com.google.common.primitives.UnsignedBytes;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockType;
import dev.millrace.block.Numeric;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How the values of one column of a key are written as texts, and in which order they come: in that
 * of the server, to the last digit. Texts are compared byte by byte, as {@code COLLATE "C"} does,
 * since two servers may disagree on every other collation. Equal values have equal texts.
 */
public enum KeyType {
  INTEGER {
    @Override
    public String text(BlockColumn column, int row) {
      return Long.toString(number(column, row));
    }

    @Override
    public void write(BlockColumn column, int row, ByteArrayOutputStream out) {
      out.writeBytes(Longs.toByteArray(number(column, row)));
    }

    private static long number(BlockColumn column, int row) {
      return switch (column.type().kind()) {
        case INT16 -> column.getShort(row);
        case INT32 -> column.getInt(row);
        default -> column.getLong(row);
      };
    }

    @Override
    public int compare(String a, String b) {
      return Long.compare(Long.parseLong(a), Long.parseLong(b));
    }
  },

  /** The infinities at the ends, and NaN above all; trailing zeros do not count. */
  NUMERIC {
    @Override
    public String text(BlockColumn column, int row) {
      if (column.type().kind() == BlockType.Kind.NUMERIC) {
        return Numeric.toText(column.getBytes(row));
      }
      return column.isNaN(row)
          ? "NaN"
          : column.getDecimal(row).stripTrailingZeros().toPlainString();
    }

    @Override
    public int compare(String a, String b) {
      int special = Integer.compare(rank(a), rank(b));
      return special != 0 || rank(a) != 0
          ? special
          : new BigDecimal(a).compareTo(new BigDecimal(b));
    }

    private int rank(String text) {
      return switch (text) {
        case "-Infinity" -> -1;
        case "Infinity" -> 1;
        case "NaN" -> 2;
        default -> 0;
      };
    }
  },

  TEXT {
    @Override
    public String text(BlockColumn column, int row) {
      return column.getText(row);
    }

    @Override
    public void write(BlockColumn column, int row, ByteArrayOutputStream out) {
      append(column.getBytes(row), out);
    }

    @Override
    public int compare(String a, String b) {
      return UnsignedBytes.lexicographicalComparator()
          .compare(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
  },

  /** A {@code char(n)}, whose trailing blanks do not count. */
  PADDED_TEXT {
    @Override
    public String text(BlockColumn column, int row) {
      String padded = column.getText(row);
      int end = padded.length();
      while (end > 0 && padded.charAt(end - 1) == ' ') {
        end--;
      }
      return padded.substring(0, end);
    }

    @Override
    public int compare(String a, String b) {
      return TEXT.compare(a, b);
    }
  },

  /** A transaction's number, which the server sends as eight bytes. */
  XID8 {
    @Override
    public String text(BlockColumn column, int row) {
      return Long.toUnsignedString(Longs.fromByteArray(column.getBytes(row)));
    }

    @Override
    public int compare(String a, String b) {
      return Long.compareUnsigned(Long.parseUnsignedLong(a), Long.parseUnsignedLong(b));
    }
  },

  UUID {
    @Override
    public String text(BlockColumn column, int row) {
      return String.valueOf(column.value(row));
    }

    @Override
    public int compare(String a, String b) {
      // Both in lower case, with hyphens at the same places.
      return a.compareTo(b);
    }
  },

  DATE {
    @Override
    public String text(BlockColumn column, int row) {
      return KeyTimes.date(column.getInt(row));
    }

    @Override
    public int compare(String a, String b) {
      return KeyTimes.compare(a, b);
    }
  },

  TIMESTAMP {
    @Override
    public String text(BlockColumn column, int row) {
      return KeyTimes.timestamp(column.getLong(row), "");
    }

    @Override
    public int compare(String a, String b) {
      return KeyTimes.compare(a, b);
    }
  },

  TIMESTAMPTZ {
    @Override
    public String text(BlockColumn column, int row) {
      return KeyTimes.timestamp(column.getLong(row), KeyTimes.UTC);
    }

    @Override
    public int compare(String a, String b) {
      return KeyTimes.compare(a, b);
    }
  };

  /** The type of a column; empty for one whose order is not known exactly. */
  public static Optional<KeyType> of(BlockType type, boolean padded) {
    return Optional.ofNullable(
        switch (type.kind()) {
          case INT16, INT32, INT64 -> INTEGER;
          case DECIMAL, NUMERIC -> NUMERIC;
          // Of another type, an enum for one, whose order is its own.
          case TEXT -> !type.sqlName().isEmpty() ? null : padded ? PADDED_TEXT : TEXT;
          case UUID -> UUID;
          case DATE -> DATE;
          case TIMESTAMP -> TIMESTAMP;
          case TIMESTAMPTZ -> TIMESTAMPTZ;
          case OPAQUE -> type.sqlName().equals("xid8") ? XID8 : null;
          default -> null;
        });
  }

  public boolean isText() {
    return this == TEXT || this == PADDED_TEXT;
  }

  /** The value of a row, which is not NULL. */
  public abstract String text(BlockColumn column, int row);

  /**
   * Appends the value of a row, which is not NULL: the same bytes for equal values, others for
   * others, and none that begin with those of another.
   */
  public void write(BlockColumn column, int row, ByteArrayOutputStream out) {
    append(text(column, row).getBytes(StandardCharsets.UTF_8), out);
  }

  private static void append(byte[] bytes, ByteArrayOutputStream out) {
    out.writeBytes(Ints.toByteArray(bytes.length));
    out.writeBytes(bytes);
  }

  /** Compares two values that {@link #text} wrote. */
  public abstract int compare(String a, String b);
}
