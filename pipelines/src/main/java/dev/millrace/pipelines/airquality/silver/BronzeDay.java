// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

/**
 * The day of a bronze row, whose year, month, day and hour are text that need not be a time. What
 * this takes for a day and what {@link HourParser} does is the same, but for days that a month does
 * not have.
 */
public final class BronzeDay {

  /** The day of a row that has no hour. */
  public static final String NONE = "";

  /**
   * The day as an expression of type text over a row of the bronze table, {@code 2014-03-01}, or
   * {@link #NONE}. Nothing in it can fail.
   */
  public static final String SQL =
      "CASE WHEN (year || '-' || month || '-' || day || ' ' || hour) COLLATE \"C\" ~"
          + " '^(?:[1-9][0-9]{0,3}|0[1-9][0-9]{0,2}|00[1-9][0-9]?|000[1-9])"
          + "-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01]) (?:[01]?[0-9]|2[0-3])$'"
          + " THEN lpad(year, 4, '0') || '-' || lpad(month, 2, '0') || '-' || lpad(day, 2, '0')"
          + " ELSE '' END";

  private static final int MONTH_CHARS = "2014-03".length();

  private BronzeDay() {}

  /** The month that a day is in, {@code 2014-03}; {@link #NONE} of none. */
  public static String month(String day) {
    return day.substring(0, Math.min(MONTH_CHARS, day.length()));
  }
}
