// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.pipelines.airquality.index.Concentrations;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A bronze row, typed: what a station measured in an hour. */
record Hour(
    String file,
    long line,
    String station,
    LocalDateTime hour,
    Concentrations measured,
    Weather weather) {

  /** The weather beside the measurements, each value null where it is missing. */
  record Weather(
      @Nullable BigDecimal temperature,
      @Nullable BigDecimal pressure,
      @Nullable BigDecimal dewPoint,
      @Nullable BigDecimal rain,
      @Nullable String windDirection,
      @Nullable BigDecimal windSpeed) {}

  /** The hour as a number that grows by one from hour to hour. */
  long number() {
    return hour.toEpochSecond(ZoneOffset.UTC) / 3600;
  }
}
