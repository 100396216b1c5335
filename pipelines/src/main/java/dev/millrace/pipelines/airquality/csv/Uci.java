// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import java.util.List;

/**
 * The form of the UCI files "Beijing Multi-Site Air Quality" (doi 10.24432/C5RK5G): one file a
 * station, one line an hour.
 */
public final class Uci {
  /** The names that the files have, before {@code .gz}. */
  public static final String FILES = "PRSA_Data_*.csv";

  /** The word that stands for a missing measurement. */
  public static final String MISSING = "NA";

  /** The city that all stations are in. */
  public static final String CITY = "Beijing";

  /** The columns, in the files' order. */
  public static final List<String> COLUMNS =
      List.of(
          "No", "year", "month", "day", "hour", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3", "TEMP",
          "PRES", "DEWP", "RAIN", "wd", "WSPM", "station");

  private Uci() {}
}
