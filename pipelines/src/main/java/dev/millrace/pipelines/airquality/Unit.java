// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;

/**
 * A unit of work of the medallion: one stage for one part of what there is. It can be named in a
 * text, so that another process does it.
 *
 * @param stage {@code bronze}, {@code silver}, {@code gold} or {@code summary}
 * @param part of bronze the path of a file; of silver and gold the days of a window, as in {@code
 *     2013-03-01/2013-04-01}, the last exclusive; of silver also {@link #UNDATED}
 */
public record Unit(String stage, String part) {

  /** The part of the rows that have no hour. */
  public static final String UNDATED = "undated";

  /** In the order in which they depend on each other. */
  public static final List<String> STAGES = List.of("bronze", "silver", "gold", "summary");

  /**
   * @throws IllegalArgumentException if there is no such stage
   */
  public Unit {
    if (!STAGES.contains(stage)) {
      throw new IllegalArgumentException(
          "Invalid stage: %s (must be one of %s)".formatted(stage, String.join(", ", STAGES)));
    }
  }

  /** A stage for a window of whole days. */
  public static Unit of(String stage, HourWindow window) {
    return new Unit(stage, window.from().toLocalDate() + "/" + window.to().toLocalDate());
  }

  /** Its window; not for a file, nor for what has no hour. */
  public HourWindow window() {
    return window(part);
  }

  /**
   * Reads a window: a month, a day, or an interval of days whose last is exclusive.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  public static HourWindow window(String text) {
    try {
      int slash = text.indexOf('/');
      if (slash >= 0) {
        return new HourWindow(
            LocalDate.parse(text.substring(0, slash)).atStartOfDay(),
            LocalDate.parse(text.substring(slash + 1)).atStartOfDay());
      }
      if (text.length() == "2013-03".length()) {
        YearMonth month = YearMonth.parse(text);
        return new HourWindow(
            month.atDay(1).atStartOfDay(), month.plusMonths(1).atDay(1).atStartOfDay());
      }
      LocalDate day = LocalDate.parse(text);
      return new HourWindow(day.atStartOfDay(), day.plusDays(1).atStartOfDay());
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "Invalid window: %s (must be as in 2013-03, 2013-03-01 or 2013-03-01/2013-03-08)"
              .formatted(text),
          e);
    }
  }

  /** Whether it works on some hours of a window. */
  public boolean overlaps(HourWindow other) {
    return !stage.equals("bronze")
        && !part.equals(UNDATED)
        && window().from().isBefore(other.to())
        && other.from().isBefore(window().to());
  }

  /**
   * What is to be run for it.
   *
   * @throws SQLException if the database does not answer or refuses
   */
  public Stage in(AirQuality airQuality) throws SQLException {
    return switch (stage) {
      case "bronze" -> airQuality.bronze(Path.of(part));
      case "silver" -> part.equals(UNDATED) ? airQuality.undated() : airQuality.silver(window());
      case "gold" -> airQuality.gold(window());
      default -> airQuality.summary(window());
    };
  }

  /** Its part for people: {@code 2013-03}. */
  public String label() {
    if (stage.equals("bronze")) {
      return String.valueOf(Path.of(part).getFileName());
    }
    if (part.equals(UNDATED)) {
      return part;
    }
    LocalDate from = window().from().toLocalDate();
    LocalDate to = window().to().toLocalDate();
    if (from.plusDays(1).equals(to)) {
      return from.toString();
    }
    boolean month = from.getDayOfMonth() == 1 && from.plusMonths(1).equals(to);
    return month ? YearMonth.from(from).toString() : part;
  }

  /** For people: {@code silver 2013-03}. */
  @Override
  public String toString() {
    return stage + " " + label();
  }
}
