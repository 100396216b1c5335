// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality;

import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a range of days is cut into windows of whole days: by the calendar, by how many rows there
 * are, or by both. Windows of a calendar unit begin and end with it, but for the first and the
 * last, and where they would have too many rows.
 *
 * <p>Immutable.
 */
public final class WindowSize {

  /** What is to be said of a size that is none. */
  public static final String FORMS =
      "must be day, week, month, a number of rows, as in 500000rows, or both, as in"
          + " month,500000rows";

  private static final Pattern FORM =
      Pattern.compile("(day|week|month)|(?:(day|week|month),)?([1-9]\\d{0,11})rows");

  private final String text;
  private final Unit unit;
  private final long rows;

  /** What ends a window, if rows do not. */
  private enum Unit {
    DAY,
    WEEK,
    MONTH,
    RANGE
  }

  private WindowSize(String text, Unit unit, long rows) {
    this.text = text;
    this.unit = unit;
    this.rows = rows;
  }

  /**
   * {@code day}, {@code week} (from Monday) or {@code month}; {@code 500000rows}: as many days as
   * have no more bronze rows together, one at least; or {@code month,500000rows}: each ends with
   * the month, and before it if there would be more rows.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static WindowSize parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("Invalid window: %s (%s)".formatted(text, FORMS));
    }
    String unit = form.group(1) == null ? form.group(2) : form.group(1);
    String rows = form.group(3);
    return new WindowSize(
        text,
        unit == null ? Unit.RANGE : Unit.valueOf(unit.toUpperCase(Locale.ROOT)),
        rows == null ? Long.MAX_VALUE : Long.parseLong(rows));
  }

  /** Whether it can be cut only by who knows how many rows each day has. */
  public boolean needsRows() {
    return rows < Long.MAX_VALUE;
  }

  /**
   * As many days as have no more rows than so many of these windows may have, wherever the calendar
   * ends those. Without bounds if these are.
   *
   * @param windows above 0
   */
  public WindowSize times(int windows) {
    long all = needsRows() ? rows * windows : rows;
    return new WindowSize(all + "rows", Unit.RANGE, all);
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
      LocalDate end = end(begin, to);
      end = needsRows() ? endByRows(begin, end, rowsByDay) : end;
      windows.add(new HourWindow(begin.atStartOfDay(), end.atStartOfDay()));
      begin = end;
    }
    return windows;
  }

  private LocalDate end(LocalDate begin, LocalDate to) {
    LocalDate end =
        switch (unit) {
          case DAY -> begin.plusDays(1);
          case WEEK -> begin.with(TemporalAdjusters.next(DayOfWeek.MONDAY));
          case MONTH -> YearMonth.from(begin).plusMonths(1).atDay(1);
          case RANGE -> to;
        };
    return end.isAfter(to) ? to : end;
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
