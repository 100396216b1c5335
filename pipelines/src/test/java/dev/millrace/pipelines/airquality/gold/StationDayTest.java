// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipelines.airquality.index.Category;
import dev.millrace.pipelines.airquality.index.Pollutant;
import dev.millrace.pipelines.airquality.index.SubIndices;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StationDayTest {
  private static final LocalDate DAY = LocalDate.of(2014, 2, 25);

  @Test
  void of_shouldTakeParticlesAtTheLastHourAndTheHighestOfGases() {
    List<IndexedHour> hours = new ArrayList<>();
    for (int hour = 0; hour < 24; hour++) {
      hours.add(hour(hour, 200 - hour, hour == 14 ? 90 : 30));
    }

    StationDay day = StationDay.of("Dongsi", DAY, hours);

    assertThat(day.indices()).isEqualTo(new SubIndices(177, null, 90, null, null, null));
    assertThat(day.indices().dominant()).isEqualTo(Pollutant.PM25);
    assertThat(day.hours().of(Category.UNHEALTHY)).isEqualTo(24);
    assertThat(day.hours().valid()).isEqualTo(24);
  }

  @Test
  void of_shouldWantThreeQuartersOfTheDayForAGas() {
    List<IndexedHour> hours = new ArrayList<>();
    for (int hour = 0; hour < 17; hour++) {
      hours.add(hour(hour, null, 30));
    }
    assertThat(StationDay.of("Dongsi", DAY, hours).indices().o3()).isNull();

    hours.add(hour(17, null, 10));

    assertThat(StationDay.of("Dongsi", DAY, hours).indices().o3()).isEqualTo(30);
  }

  @Test
  void of_shouldHaveNoIndexOfParticlesWithoutTheLastHour() {
    StationDay day = StationDay.of("Dongsi", DAY, List.of(hour(22, 60, null)));

    assertThat(day.indices().overall()).isNull();
    assertThat(day.hours().of(Category.MODERATE)).isEqualTo(1);
  }

  @Test
  void cityDay_shouldTakeTheHighestOfEachPollutant() {
    CityDay city =
        CityDay.of(
            DAY,
            List.of(
                day("Wanliu", new SubIndices(80, null, 120, null, null, null)),
                day("Dongsi", new SubIndices(120, 30, null, null, null, null)),
                day("Aoti", new SubIndices(null, null, null, null, null, null))));

    assertThat(city.indices()).isEqualTo(new SubIndices(120, 30, 120, null, null, null));
    assertThat(city.indices().dominant()).isEqualTo(Pollutant.PM25);
    assertThat(city.worstStation()).isEqualTo("Dongsi");
    assertThat(city.stations()).isEqualTo(2);
    assertThat(city.hours().of(Category.GOOD)).isEqualTo(3);
  }

  @Test
  void cityDay_shouldHaveNoWorstStationWithoutAnIndex() {
    CityDay city =
        CityDay.of(DAY, List.of(day("Aoti", new SubIndices(null, null, null, null, null, null))));

    assertThat(city.worstStation()).isNull();
    assertThat(city.stations()).isZero();
  }

  private static StationDay day(String station, SubIndices indices) {
    return new StationDay(station, DAY, indices, CategoryHours.NONE.plus(Category.GOOD, 1));
  }

  private static IndexedHour hour(int hour, @Nullable Integer pm25, @Nullable Integer o3) {
    LocalDateTime at = DAY.atTime(hour, 0);
    return new IndexedHour("Dongsi", at, new SubIndices(pm25, null, o3, null, null, null));
  }
}
