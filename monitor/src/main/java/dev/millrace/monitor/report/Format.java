// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Figures as people read them. */
public final class Format {

  /** For what is not known. */
  public static final String NONE = "–";

  private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};

  private static final String[] THOUSANDS = {"", "k", "M", "G", "T"};

  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private Format() {}

  /** What is known, or a dash. */
  static <T> String known(@Nullable T value, Function<T, String> format) {
    return value == null ? NONE : format.apply(value);
  }

  /** All digits, as in 2,000,000. */
  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** Three digits or four, as in 1.23 M. */
  static String about(double n) {
    return scaled(n, 1000, THOUSANDS);
  }

  /** As in 1.5 GiB. */
  public static String bytes(double n) {
    return scaled(n, 1024, BYTES);
  }

  private static String scaled(double n, double base, String[] units) {
    int unit = 0;
    double value = n;
    while (Math.abs(value) >= base && unit < units.length - 1) {
      value /= base;
      unit++;
    }
    String number = Math.abs(value) >= 100 ? count(Math.round(value)) : digits(value, 3);
    return (number + " " + units[unit]).strip();
  }

  /** With so many digits that say something, and no zeros behind the point. */
  static String digits(double n, int most) {
    if (n == 0 || !Double.isFinite(n)) {
      return n == 0 ? "0" : NONE;
    }
    BigDecimal rounded = new BigDecimal(n).round(new MathContext(most)).stripTrailingZeros();
    return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
  }

  /** As in 8.6 s, or 3 min 12 s. */
  public static String duration(double seconds) {
    if (seconds < 60) {
      return digits(seconds, 3) + " s";
    }
    long whole = Math.round(seconds);
    long minutes = whole / 60;
    return minutes < 60
        ? "%d min %d s".formatted(minutes, whole % 60)
        : "%d h %d min".formatted(minutes / 60, minutes % 60);
  }

  static String percent(double share) {
    return Math.round(share * 100) + " %";
  }

  /** The same with two digits, also of little. */
  static String share(double share) {
    return digits(share * 100, 2) + " %";
  }

  /** As in 1.34 ×. */
  static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.2f ×", ratio);
  }

  /** Of two figures, as far as both are known. */
  static String ratio(@Nullable Double one, @Nullable Double two) {
    return one == null || two == null || two == 0 ? NONE : ratio(one / two);
  }

  /** A probability. */
  static String chance(double p) {
    return p < 0.0001 ? "< 0.0001" : String.format(Locale.ROOT, "%.4f", p);
  }

  /** As in 2026-03-01 12:00:00 +01:00. */
  public static String moment(Instant time, ZoneId zone) {
    return MOMENT.format(time.atZone(zone));
  }

  static String clock(Instant time, ZoneId zone) {
    return CLOCK.format(time.atZone(zone));
  }

  /** A figure by the unit that its name ends with. */
  static String byName(String name, double value) {
    if (name.endsWith("bytes")) {
      return bytes(value);
    }
    if (name.endsWith("seconds")) {
      return duration(value);
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? count((long) value)
        : digits(value, 4);
  }
}
