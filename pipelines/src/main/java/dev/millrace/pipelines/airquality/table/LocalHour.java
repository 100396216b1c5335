// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The hour of a bronze row as a column that the server computes: year, month, day and hour are text
 * that need not be a time, and no window of rows could be found by them. What this takes for an
 * hour and what the silver layer does is the same, but for days that a month does not have.
 */
public final class LocalHour {

  /** Its name. */
  public static final String COLUMN = "local_hour";

  /** How it is written. */
  public static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH", Locale.ROOT);

  /** Text in the order of its bytes, which is that of time. */
  static final String TYPE = "text COLLATE \"C\"";

  /** {@code 2014-03-01 05}; NULL of a row that has no hour. Nothing in it can fail. */
  static final String EXPRESSION =
      "CASE WHEN (year || '-' || month || '-' || day || ' ' || hour) COLLATE \"C\" ~"
          + " '^(?:[1-9][0-9]{0,3}|0[1-9][0-9]{0,2}|00[1-9][0-9]?|000[1-9])"
          + "-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01]) (?:[01]?[0-9]|2[0-3])$'"
          + " THEN lpad(year, 4, '0') || '-' || lpad(month, 2, '0') || '-' || lpad(day, 2, '0')"
          + " || ' ' || lpad(hour, 2, '0') END";

  private LocalHour() {}
}
