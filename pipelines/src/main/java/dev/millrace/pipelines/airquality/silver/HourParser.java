// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.pipelines.airquality.index.Concentrations;
import dev.millrace.pipelines.airquality.silver.Hour.Weather;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Types the text of a bronze row. A cell that cannot be typed is handed to the rejects and becomes
 * NULL; a row without a station or an hour is rejected as a whole.
 */
final class HourParser {
  private static final Set<String> WINDS =
      Set.of(
          "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW",
          "NW", "NNW");

  /**
   * Digits before and after the point that no measurement needs and {@code numeric} still holds.
   */
  private static final int MAX_DIGITS = 1_000;

  private static final Part YEAR = new Part("year", 1, 9999, 4);
  private static final Part MONTH = new Part("month", 1, 12, 2);
  private static final Part DAY = new Part("day", 1, 31, 2);
  private static final Part HOUR = new Part("hour", 0, 23, 2);

  private final Consumer<SilverReject> rejects;

  /** A column that an hour is made of: a whole number, of so many digits at most. */
  private record Part(String column, int low, int high, int digits) {

    boolean holds(int value) {
      return value >= low && value <= high;
    }
  }

  HourParser(Consumer<SilverReject> rejects) {
    this.rejects = rejects;
  }

  /** The hour of a row, null (and a reject of the whole row) where it has none. */
  @Nullable LocalDateTime hour(BronzeRow row) {
    Integer year = whole(row, YEAR);
    Integer month = year == null ? null : whole(row, MONTH);
    Integer day = month == null ? null : whole(row, DAY);
    Integer hour = day == null ? null : whole(row, HOUR);
    if (year == null || month == null || day == null || hour == null) {
      return null;
    }
    try {
      return LocalDateTime.of(year, month, day, hour, 0);
    } catch (DateTimeException e) {
      rejectRow(row, DAY.column(), String.valueOf(day), "is not in " + year + "-" + month);
      return null;
    }
  }

  /** The station of a row, null (and a reject of the whole row) where it has none. */
  @Nullable String station(BronzeRow row) {
    String station = row.cell("station");
    if (station == null || station.isBlank()) {
      rejectRow(row, "station", station == null ? "" : station, "is missing");
      return null;
    }
    return station;
  }

  /**
   * The row typed, null where {@link #station} is.
   *
   * @param hour of it
   */
  @Nullable Hour parse(BronzeRow row, LocalDateTime hour) {
    String station = station(row);
    if (station == null) {
      return null;
    }
    return new Hour(
        row.file(),
        row.line(),
        station,
        hour,
        new Concentrations(
            number(row, "PM2.5"),
            number(row, "PM10"),
            number(row, "SO2"),
            number(row, "NO2"),
            number(row, "CO"),
            number(row, "O3")),
        new Weather(
            number(row, "TEMP"),
            number(row, "PRES"),
            number(row, "DEWP"),
            number(row, "RAIN"),
            wind(row),
            number(row, "WSPM")));
  }

  private @Nullable BigDecimal number(BronzeRow row, String column) {
    String text = row.cell(column);
    if (text == null) {
      return null;
    }
    if (text.length() > MAX_DIGITS) {
      reject(row, column, text, "is longer than " + MAX_DIGITS + " characters");
      return null;
    }
    try {
      BigDecimal number = new BigDecimal(text);
      if (Math.abs((long) number.scale()) <= MAX_DIGITS) {
        return number;
      }
      reject(row, column, text, "has an exponent beyond " + MAX_DIGITS);
    } catch (NumberFormatException e) {
      reject(row, column, text, "is no number");
    }
    return null;
  }

  private @Nullable String wind(BronzeRow row) {
    String text = row.cell("wd");
    if (text == null || WINDS.contains(text)) {
      return text;
    }
    reject(row, "wd", text, "is no point of the compass");
    return null;
  }

  private @Nullable Integer whole(BronzeRow row, Part part) {
    // As BronzeDay reads them: no sign, no zeros beyond, no digits of other scripts.
    int plain = row.digits(part.column(), part.digits());
    if (part.holds(plain)) {
      return plain;
    }
    String text = row.cell(part.column());
    if (text == null) {
      rejectRow(row, part.column(), "", "is missing");
      return null;
    }
    boolean isWritten = false;
    try {
      isWritten = part.holds(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      // Said below, like a number out of range.
    }
    rejectRow(
        row,
        part.column(),
        text,
        isWritten
            ? "is not written in plain digits"
            : "is not a whole number from " + part.low() + " to " + part.high());
    return null;
  }

  private void reject(BronzeRow row, String column, String value, String reason) {
    rejects.accept(new SilverReject(row.file(), row.line(), column, value, reason, false));
  }

  private void rejectRow(BronzeRow row, String column, String value, String reason) {
    rejects.accept(new SilverReject(row.file(), row.line(), column, value, reason, true));
  }
}
