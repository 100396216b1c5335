// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.time.LocalDate;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dates and timestamps as texts in ISO order of fields, to the microsecond, with the infinities and
 * the years before Christ, as the server reads them under every {@code DateStyle}.
 */
final class KeyTimes {

  /** What ends a timestamp with time zone. */
  static final String UTC = "+00";

  private static final String INFINITY = "infinity";
  private static final String MINUS_INFINITY = "-infinity";
  private static final long MICROS_OF_SECOND = 1_000_000;
  private static final long MICROS_OF_DAY = 86_400 * MICROS_OF_SECOND;

  /** The server knows no timestamp before 4714-11-24 BC. */
  private static final long LEAST = LocalDate.of(-4713, 11, 24).toEpochDay() * MICROS_OF_DAY;

  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4,9})-(\\d\\d)-(\\d\\d)" + "(?: (\\d\\d:\\d\\d:\\d\\d\\.\\d{6})(?:\\+00)?)?( BC)?");

  private KeyTimes() {}

  /** The text of days since 1970-01-01; the extremes are the infinities. */
  static String date(int days) {
    return switch (days) {
      case Integer.MAX_VALUE -> INFINITY;
      case Integer.MIN_VALUE -> MINUS_INFINITY;
      default -> written(LocalDate.ofEpochDay(days), "");
    };
  }

  /** The text of microseconds since 1970-01-01; the extremes are the infinities. */
  static String timestamp(long micros, String zone) {
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      return micros > 0 ? INFINITY : MINUS_INFINITY;
    }
    // A block carries what exceeds a long modulo 2^64.
    boolean far = micros < LEAST;
    long time =
        far ? Long.remainderUnsigned(micros, MICROS_OF_DAY) : Math.floorMod(micros, MICROS_OF_DAY);
    long day =
        far ? Long.divideUnsigned(micros, MICROS_OF_DAY) : Math.floorDiv(micros, MICROS_OF_DAY);
    long seconds = time / MICROS_OF_SECOND;
    String clock =
        String.format(
            Locale.ROOT,
            " %02d:%02d:%02d.%06d",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            time % MICROS_OF_SECOND);
    return written(LocalDate.ofEpochDay(day), clock + zone);
  }

  private static String written(LocalDate date, String rest) {
    int year = date.getYear();
    return String.format(
            Locale.ROOT,
            "%04d-%02d-%02d",
            year > 0 ? year : 1 - year,
            date.getMonthValue(),
            date.getDayOfMonth())
        + rest
        + (year > 0 ? "" : " BC");
  }

  /** Compares two texts that {@link #date} wrote, or two that {@link #timestamp} did. */
  static int compare(String a, String b) {
    int rank = Integer.compare(rank(a), rank(b));
    if (rank != 0 || rank(a) != 0) {
      return rank;
    }
    Matcher one = match(a);
    Matcher other = match(b);
    int days = date(one).compareTo(date(other));
    return days != 0 || one.group(4) == null ? days : one.group(4).compareTo(other.group(4));
  }

  private static int rank(String text) {
    return switch (text) {
      case INFINITY -> 1;
      case MINUS_INFINITY -> -1;
      default -> 0;
    };
  }

  private static Matcher match(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "Invalid position: " + text + " (must be a date or timestamp, as in 2020-01-31)");
    }
    return parts;
  }

  private static LocalDate date(Matcher parts) {
    int year = (int) number(parts, 1);
    return LocalDate.of(
        parts.group(5) == null ? year : 1 - year, (int) number(parts, 2), (int) number(parts, 3));
  }

  private static long number(Matcher parts, int group) {
    return Long.parseLong(parts.group(group));
  }
}
