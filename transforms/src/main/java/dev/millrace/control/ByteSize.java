// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes.
 *
 * @param bytes at least 0
 */
public record ByteSize(long bytes) implements Serializable, Comparable<ByteSize> {

  private static final Pattern FORM = Pattern.compile("(\\d+)\\s*(B|KiB|MiB|GiB)?");
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("Invalid size: " + bytes + " bytes (must be 0 or more)");
    }
  }

  public static ByteSize ofBytes(long bytes) {
    return new ByteSize(bytes);
  }

  public static ByteSize ofKibibytes(long kibibytes) {
    return new ByteSize(Math.multiplyExact(kibibytes, 1L << 10));
  }

  public static ByteSize ofMebibytes(long mebibytes) {
    return new ByteSize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  /**
   * Reads a whole number with an optional unit: {@code B}, {@code KiB}, {@code MiB} or {@code GiB}.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Invalid size: " + text + " (must be a whole number of B, KiB, MiB or GiB, as in 1MiB)");
    }
    String unit = matcher.group(2);
    int power = unit == null ? 0 : List.of(UNITS).indexOf(unit);
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power)));
    } catch (ArithmeticException | NumberFormatException tooLarge) {
      throw new IllegalArgumentException(
          "Invalid size: " + text + " (must be below 8589934592GiB)", tooLarge);
    }
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /**
   * A form to read: in the largest unit of which there is one, and rounded to a decimal unless
   * whole.
   */
  @Override
  public String toString() {
    int power = bytes == 0 ? 0 : Math.min((63 - Long.numberOfLeadingZeros(bytes)) / 10, 3);
    long unit = 1L << (10 * power);
    return bytes % unit == 0
        ? bytes / unit + UNITS[power]
        : String.format(Locale.ROOT, "%.1f%s", (double) bytes / unit, UNITS[power]);
  }
}
