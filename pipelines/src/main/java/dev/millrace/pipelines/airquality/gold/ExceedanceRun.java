// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive hours of a station whose index is above a threshold. An hour without an index ends a
 * run: what was not measured is not called an exceedance.
 *
 * @param last the last hour of the run, itself above the threshold
 * @param peakHour the first hour with the highest index
 */
record ExceedanceRun(
    String station,
    int above,
    LocalDateTime first,
    LocalDateTime last,
    int peak,
    LocalDateTime peakHour) {

  int hours() {
    return Math.toIntExact(Duration.between(first, last).toHours()) + 1;
  }

  /**
   * The runs within some hours of one station.
   *
   * @param ordered by hour
   */
  static List<ExceedanceRun> in(List<IndexedHour> ordered, int above) {
    List<ExceedanceRun> runs = new ArrayList<>();
    for (IndexedHour hour : ordered) {
      Integer aqi = hour.indices().overall();
      if (aqi != null && aqi > above) {
        add(
            runs,
            new ExceedanceRun(hour.station(), above, hour.hour(), hour.hour(), aqi, hour.hour()));
      }
    }
    return runs;
  }

  private static void add(List<ExceedanceRun> runs, ExceedanceRun hour) {
    int end = runs.size() - 1;
    if (end >= 0 && runs.get(end).last().plusHours(1).equals(hour.first())) {
      runs.set(end, runs.get(end).followedBy(hour));
    } else {
      runs.add(hour);
    }
  }

  private ExceedanceRun followedBy(ExceedanceRun next) {
    boolean higher = next.peak > peak;
    return new ExceedanceRun(
        station,
        above,
        first,
        next.last,
        higher ? next.peak : peak,
        higher ? next.peakHour : peakHour);
  }
}
