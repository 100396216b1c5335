// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import java.time.LocalDateTime;

/**
 * What hours are grouped by: few enough that a group fits memory (8,784 hours at most, and the day
 * before; some 15 MB as objects), many enough to keep every core busy, and large enough that a
 * group is worth a transaction.
 */
public record StationYear(String station, int year) {

  /** The station and the year that {@code hour} is in. */
  public static StationYear of(String station, LocalDateTime hour) {
    return new StationYear(station, hour.getYear());
  }

  /** The year and the station: {@code 2013 Dongsi}. */
  public String key() {
    return year + " " + station;
  }

  /** The opposite of {@link #key()}. */
  public static StationYear parse(String key) {
    int space = key.indexOf(' ');
    return new StationYear(key.substring(space + 1), Integer.parseInt(key.substring(0, space)));
  }
}
