// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.pipelines.airquality.index.Pollutant;
import dev.millrace.pipelines.airquality.index.SubIndices;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The index of a city on a day: of each pollutant the highest of its stations, as daily reports
 * take it (40 CFR Part 58, Appendix G), and the highest of these.
 *
 * @param hours hours of all stations together
 * @param stations how many have an index that day
 * @param worstStation the first by name of those with the city's index; null where there is none
 */
record CityDay(
    LocalDate day,
    SubIndices indices,
    CategoryHours hours,
    int stations,
    @Nullable String worstStation) {

  /**
   * @param ofDay the stations' days, all the same day
   */
  static CityDay of(LocalDate day, List<StationDay> ofDay) {
    SubIndices indices =
        new SubIndices(
            highest(ofDay, Pollutant.PM25),
            highest(ofDay, Pollutant.PM10),
            highest(ofDay, Pollutant.O3),
            highest(ofDay, Pollutant.NO2),
            highest(ofDay, Pollutant.SO2),
            highest(ofDay, Pollutant.CO));
    Integer aqi = indices.overall();
    String worst =
        ofDay.stream()
            .filter(station -> aqi != null && aqi.equals(station.indices().overall()))
            .map(StationDay::station)
            .min(Comparator.naturalOrder())
            .orElse(null);
    CategoryHours hours =
        ofDay.stream().map(StationDay::hours).reduce(CategoryHours.NONE, CategoryHours::plus);
    long stations = ofDay.stream().filter(s -> s.indices().overall() != null).count();
    return new CityDay(day, indices, hours, Math.toIntExact(stations), worst);
  }

  private static @Nullable Integer highest(List<StationDay> ofDay, Pollutant pollutant) {
    return ofDay.stream()
        .map(station -> station.indices().of(pollutant))
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }
}
