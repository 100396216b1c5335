// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.pipelines.airquality.index.Category;
import dev.millrace.pipelines.airquality.index.Pollutant;
import dev.millrace.pipelines.airquality.index.SubIndices;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The index of a station on a local day, midnight to midnight, by the definition of daily reports
 * (EPA-454/B-18-007: "24 hourly values for PM or the max 1-hour or 8-hour value in a 24-hour period
 * for other pollutants").
 *
 * <p>PM2.5 and PM10: the index of the mean that ends with the day's last hour, which is the day's
 * own. Gases: the highest index of the day's hours, where at least {@value #NEEDED} of them have
 * one; an average counts for the day in which it ends.
 */
record StationDay(String station, LocalDate day, SubIndices indices, CategoryHours hours) {
  private static final int LAST_HOUR = 23;

  /** Three quarters of a day. */
  static final int NEEDED = 18;

  /**
   * @param ofDay the hours of {@code day} that there are, each once
   */
  static StationDay of(String station, LocalDate day, List<IndexedHour> ofDay) {
    CategoryHours hours = CategoryHours.NONE;
    for (IndexedHour hour : ofDay) {
      Integer aqi = hour.indices().overall();
      if (aqi != null) {
        hours = hours.plus(Category.of(aqi), 1);
      }
    }
    return new StationDay(
        station,
        day,
        new SubIndices(
            atLastHour(ofDay, Pollutant.PM25),
            atLastHour(ofDay, Pollutant.PM10),
            highest(ofDay, Pollutant.O3),
            highest(ofDay, Pollutant.NO2),
            highest(ofDay, Pollutant.SO2),
            highest(ofDay, Pollutant.CO)),
        hours);
  }

  private static @Nullable Integer atLastHour(List<IndexedHour> ofDay, Pollutant pollutant) {
    for (IndexedHour hour : ofDay) {
      if (hour.hour().getHour() == LAST_HOUR) {
        return hour.indices().of(pollutant);
      }
    }
    return null;
  }

  private static @Nullable Integer highest(List<IndexedHour> ofDay, Pollutant pollutant) {
    Integer highest = null;
    int count = 0;
    for (IndexedHour hour : ofDay) {
      Integer index = hour.indices().of(pollutant);
      if (index != null) {
        highest = highest == null ? index : Math.max(highest, index);
        count++;
      }
    }
    return count < NEEDED ? null : highest;
  }
}
