// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

/** The day of a bronze row. */
public final class BronzeDay {

  /** The day of a row that has no hour. */
  public static final String NONE = "";

  /** The day as an expression of type text over a row of the bronze table: {@code 2014-03-01}. */
  public static final String SQL = "coalesce(left(local_hour, 10), '" + NONE + "')";

  private static final int MONTH_CHARS = "2014-03".length();

  private BronzeDay() {}

  /** The month that a day is in, {@code 2014-03}; {@link #NONE} of none. */
  public static String month(String day) {
    return day.substring(0, Math.min(MONTH_CHARS, day.length()));
  }
}
