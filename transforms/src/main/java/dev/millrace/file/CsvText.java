// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockType;
import dev.millrace.block.ColumnBuilder;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;

/** Values as text, as PostgreSQL writes them or ISO 8601 does. */
final class CsvText {

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("[' ']['T']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .toFormatter(java.util.Locale.ROOT);

  private static final DateTimeFormatter TIMESTAMPTZ =
      new DateTimeFormatterBuilder()
          .append(TIMESTAMP)
          .appendPattern("[XXX][X]")
          .toFormatter(java.util.Locale.ROOT);

  private static final int UUID_LENGTH = 36;
  private static final int SHOWN = 100;

  private CsvText() {}

  /** Whether values of a type have a text that tells all of them. */
  static boolean has(BlockType type) {
    return type.kind() != BlockType.Kind.OPAQUE;
  }

  /**
   * Appends a value.
   *
   * @throws BadRecordException when the text is none of the column's type
   */
  static void append(ColumnBuilder column, String name, String text) {
    try {
      appendValue(column, text);
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException misfit) {
      String shown = text.substring(0, Math.min(text.length(), SHOWN));
      throw new BadRecordException(
          "has '%s%s' in column %s (must be %s)"
              .formatted(
                  shown, text.length() > SHOWN ? "..." : "", name, requirement(column.type())));
    }
  }

  private static void appendValue(ColumnBuilder column, String text) {
    switch (column.type().kind()) {
      case INT16 -> column.appendShort((short) whole(text, Short.MIN_VALUE));
      case INT32 -> column.appendInt((int) whole(text, Integer.MIN_VALUE));
      case INT64 -> column.appendLong(whole(text, Long.MIN_VALUE));
      case DECIMAL -> {
        if (text.equals("NaN")) {
          column.appendNaN();
        } else {
          column.appendDecimal(new BigDecimal(text));
        }
      }
      default -> column.append(parse(column.type(), text));
    }
  }

  private static Object parse(BlockType type, String text) {
    return switch (type.kind()) {
      case BOOL -> bool(text);
      case NUMERIC -> new BigDecimal(text);
      case FLOAT32 -> Float.parseFloat(decimal(text));
      case FLOAT64 -> Double.parseDouble(decimal(text));
      case TEXT, JSON -> text;
      case BYTES -> hex(text);
      case DATE -> LocalDate.parse(text);
      case TIME -> LocalTime.parse(text);
      case TIMESTAMP -> LocalDateTime.parse(text, TIMESTAMP);
      case TIMESTAMPTZ -> OffsetDateTime.parse(text, TIMESTAMPTZ).toInstant();
      case UUID -> uuid(text);
      default -> throw new IllegalArgumentException("no text of " + type);
    };
  }

  /** A whole number, of a type whose least is given. */
  private static long whole(String text, long least) {
    long value = Long.parseLong(text);
    if (value < least || value > ~least) {
      throw new NumberFormatException("too large");
    }
    return value;
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true", "t" -> true;
      case "false", "f" -> false;
      default -> throw new IllegalArgumentException("no boolean");
    };
  }

  /** A text that is a number to others than Java, too. */
  private static String decimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if ((each < '0' || each > '9') && "+-.eE".indexOf(each) < 0) {
        switch (text) {
          case "NaN", "Infinity", "-Infinity" -> {
            return text;
          }
          default -> throw new NumberFormatException("no number");
        }
      }
    }
    return text;
  }

  private static byte[] hex(String text) {
    if (!text.startsWith("\\x")) {
      throw new IllegalArgumentException("no hex");
    }
    return HexFormat.of().parseHex(text, 2, text.length());
  }

  private static UUID uuid(String text) {
    if (text.length() != UUID_LENGTH) {
      throw new IllegalArgumentException("no UUID");
    }
    return UUID.fromString(text);
  }

  private static String requirement(BlockType type) {
    return switch (type.kind()) {
      case BOOL -> "true, t, false or f";
      case INT16, INT32, INT64 -> "a whole number that fits " + type;
      case DECIMAL, NUMERIC -> "a number that fits " + type;
      case FLOAT32, FLOAT64 -> "a number, NaN, Infinity or -Infinity";
      case TEXT, JSON -> "text without NUL";
      case BYTES -> "\\x and two hex digits a byte";
      case DATE -> "a date as 2026-12-31";
      case TIME -> "a time as 23:59:59.999999";
      case TIMESTAMP -> "a timestamp as 2026-12-31T23:59:59.999999";
      case TIMESTAMPTZ -> "a timestamp as 2026-12-31T23:59:59.999999Z";
      case UUID -> "a UUID of 36 characters";
      case OPAQUE -> "of a type that has a text";
    };
  }

  /**
   * A value that is not NULL as text.
   *
   * @throws ArithmeticException when it has none: an infinite date or timestamp, 24:00, a numeric
   *     without limits that is NaN
   */
  static String of(BlockColumn column, int row) {
    if (column.type().kind() == BlockType.Kind.DECIMAL) {
      return column.isNaN(row) ? "NaN" : column.getDecimal(row).toPlainString();
    }
    Object value = Objects.requireNonNull(column.value(row));
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return value instanceof byte[] bytes
        ? "\\x" + HexFormat.of().formatHex(bytes)
        : value.toString();
  }
}
