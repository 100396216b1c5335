// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.pipelines.airquality.index.SubIndices;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RankedStationTest {
  private final List<StationDay> days = new ArrayList<>();

  @Test
  void rank_shouldShareTheBetterRankAndLeaveTheNextOut() {
    add("D", 100);
    add("C", 50, 70);
    add("B", 60);
    add("A", 10, 20);

    assertThat(RankedStation.rank(days))
        .extracting(RankedStation::station, RankedStation::rank)
        .containsExactly(tuple("A", 1), tuple("B", 2), tuple("C", 2), tuple("D", 4));
  }

  @Test
  void rank_shouldCompareMeansThatLookAlike() {
    add("B", 100, 100, 101); // 100.3333
    add("A", mixed(100, 201, 101)); // 100.3344

    assertThat(RankedStation.rank(days))
        .extracting(RankedStation::station)
        .containsExactly("B", "A");
  }

  @Test
  void rank_shouldNotRankAStationWithoutAnIndex() {
    add("A", (Integer) null);

    assertThat(RankedStation.rank(days)).isEmpty();
  }

  @Test
  void mean_shouldRoundHalfUp() {
    assertThat(new RankedStation("A", 1, 201, 8, 40).mean()).hasToString("25.13"); // 25.125
  }

  /** So many days of a value, and so many of the next higher one. */
  private static @Nullable Integer[] mixed(int value, int lower, int higher) {
    @Nullable Integer[] all = new Integer[lower + higher];
    Arrays.fill(all, 0, lower, value);
    Arrays.fill(all, lower, all.length, value + 1);
    return all;
  }

  private void add(String station, @Nullable Integer... indices) {
    for (Integer index : indices) {
      days.add(
          new StationDay(
              station,
              LocalDate.of(2014, 1, 1),
              new SubIndices(index, null, null, null, null, null),
              CategoryHours.NONE));
    }
  }
}
