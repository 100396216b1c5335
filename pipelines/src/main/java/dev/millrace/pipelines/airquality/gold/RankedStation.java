// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A station's place among the stations of a month: by the mean of its days' indices, the lowest
 * first.
 *
 * <p>Equal means share the better rank, and the next rank is left out (1, 2, 2, 4). Means are
 * compared as fractions; the two decimals of {@link #mean()} are for reading. Days without an index
 * do not count; a station with none is not ranked.
 *
 * @param days how many days have an index
 */
record RankedStation(String station, int rank, long sum, int days, int highest) {

  /** The mean, rounded half up to two decimals. */
  BigDecimal mean() {
    return BigDecimal.valueOf(sum).divide(BigDecimal.valueOf(days), 2, RoundingMode.HALF_UP);
  }

  /** The ranking of one month. */
  static List<RankedStation> rank(List<StationDay> days) {
    Map<String, IntSummaryStatistics> byStation = new TreeMap<>();
    for (StationDay day : days) {
      Integer aqi = day.indices().overall();
      if (aqi != null) {
        byStation.computeIfAbsent(day.station(), name -> new IntSummaryStatistics()).accept(aqi);
      }
    }
    List<RankedStation> unranked = new ArrayList<>();
    byStation.forEach(
        (station, aqi) ->
            unranked.add(
                new RankedStation(
                    station, 0, aqi.getSum(), Math.toIntExact(aqi.getCount()), aqi.getMax())));
    unranked.sort(Comparator.comparing(RankedStation::exactMean));
    List<RankedStation> ranked = new ArrayList<>();
    for (int i = 0; i < unranked.size(); i++) {
      boolean tie =
          i > 0 && unranked.get(i).exactMean().compareTo(unranked.get(i - 1).exactMean()) == 0;
      ranked.add(unranked.get(i).withRank(tie ? ranked.get(i - 1).rank() : i + 1));
    }
    return ranked;
  }

  private Fraction exactMean() {
    return new Fraction(sum, days);
  }

  private RankedStation withRank(int place) {
    return new RankedStation(station, place, sum, days, highest);
  }

  private record Fraction(long numerator, long denominator) implements Comparable<Fraction> {
    @Override
    public int compareTo(Fraction other) {
      return Long.compare(numerator * other.denominator, other.numerator * denominator);
    }
  }
}
