// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a range of days is cut into windows of whole days: by the calendar, or by how many rows there
 * are. Windows of a calendar unit begin and end with it, but for the first and the last.
 *
 * <p>Immutable.
 */
public final class WindowSize {

  private static final Pattern ROWS = Pattern.compile("([1-9]\\d{0,11})rows");

  private final String text;
  private final Unit unit;
  private final long rows;

  /** What ends a window. */
  private enum Unit {
    DAY,
    WEEK,
    MONTH,
    ROWS
  }

  private WindowSize(String text, Unit unit, long rows) {
    this.text = text;
    this.unit = unit;
    this.rows = rows;
  }

  /**
   * {@code day}, {@code week} (from Monday), {@code month}, or {@code 500000rows}: as many days as
   * have no more bronze rows together, one at least.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static WindowSize parse(String text) {
    Matcher byRows = ROWS.matcher(text);
    if (byRows.matches()) {
      return new WindowSize(text, Unit.ROWS, Long.parseLong(byRows.group(1)));
    }
    return switch (text) {
      case "day" -> new WindowSize(text, Unit.DAY, 0);
      case "week" -> new WindowSize(text, Unit.WEEK, 0);
      case "month" -> new WindowSize(text, Unit.MONTH, 0);
      default ->
          throw new IllegalArgumentException(
              "Invalid window: "
                  + text
                  + " (must be day, week, month or a number of rows, as in 500000rows)");
    };
  }

  /** Whether it can be cut only by who knows how many rows each day has. */
  public boolean needsRows() {
    return unit == Unit.ROWS;
  }

  /**
   * Cuts a range, in order and without gaps.
   *
   * @param from the first day
   * @param to the day after the last
   * @param rowsByDay bronze rows; not asked unless it {@link #needsRows}
   */
  public List<HourWindow> cut(LocalDate from, LocalDate to, SortedMap<LocalDate, Long> rowsByDay) {
    List<HourWindow> windows = new ArrayList<>();
    LocalDate begin = from;
    while (begin.isBefore(to)) {
      LocalDate end = unit == Unit.ROWS ? endByRows(begin, to, rowsByDay) : endByCalendar(begin);
      end = end.isAfter(to) ? to : end;
      windows.add(new HourWindow(begin.atStartOfDay(), end.atStartOfDay()));
      begin = end;
    }
    return windows;
  }

  private LocalDate endByCalendar(LocalDate begin) {
    return switch (unit) {
      case WEEK -> begin.with(TemporalAdjusters.next(DayOfWeek.MONDAY));
      case MONTH -> YearMonth.from(begin).plusMonths(1).atDay(1);
      default -> begin.plusDays(1);
    };
  }

  private LocalDate endByRows(LocalDate begin, LocalDate to, SortedMap<LocalDate, Long> rowsByDay) {
    LocalDate end = begin.plusDays(1);
    long sum = rowsByDay.getOrDefault(begin, 0L);
    while (end.isBefore(to)) {
      sum += rowsByDay.getOrDefault(end, 0L);
      if (sum > rows) {
        break;
      }
      end = end.plusDays(1);
    }
    return end;
  }

  /** As it is written. */
  @Override
  public String toString() {
    return text;
  }
}
