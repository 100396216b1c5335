// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import java.time.LocalDateTime;
import java.time.YearMonth;

/**
 * What hours are grouped by: few enough that a group fits memory (744 hours at most, and the day
 * before), many enough to keep every core busy.
 */
public record StationMonth(String station, YearMonth month) {

  /** The station and the month that {@code hour} is in. */
  public static StationMonth of(String station, LocalDateTime hour) {
    return new StationMonth(station, YearMonth.from(hour));
  }

  /** The month as ISO 8601 and the station: {@code 2013-03 Dongsi}. */
  public String key() {
    return month + " " + station;
  }

  /** The opposite of {@link #key()}. */
  public static StationMonth parse(String key) {
    int space = key.indexOf(' ');
    return new StationMonth(key.substring(space + 1), YearMonth.parse(key.substring(0, space)));
  }
}
