// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.Immutable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.OptionalInt;

/**
 * The breakpoints of the index in force in the United States since 2024-05-06: one table for a
 * pollutant and averaging time, one range of concentrations for each {@link Category} in order.
 *
 * <h2>Source, and how sure each figure is</h2>
 *
 * 40 CFR Part 58, Appendix G, as amended by 89 FR 16202 (2024-03-06), and Table 6 of
 * EPA-454/B-24-002 (May 2024). Neither table was read in the original. The ranges of PM2.5 to 300,
 * O3 8-hour to 200, CO to 50 and SO2 1-hour reproduce index values that EPA itself published beside
 * concentrations; the other ranges to 300 equal EPA's code table of breakpoints as others store it;
 * the hazardous ones are quoted by public programs that cite the documents of 2024.
 *
 * <h2>The calculation</h2>
 *
 * A concentration is cut (not rounded) to {@link #decimals()} digits, which puts it on the grid of
 * the table; the index is linear within a range and rounded to the nearest integer, halves up. Both
 * steps are done on whole numbers of the last digit: binary fractions lose a digit of one-decimal
 * values ({@code 0.3 / 0.1} is below 3).
 *
 * <h2>Beyond the ends</h2>
 *
 * A concentration below zero has index 0. Above 500 the slope of the hazardous range continues, as
 * EPA's document of May 2024 is quoted. Where a table stops short of Hazardous (O3 8-hour at 300,
 * SO2 1-hour at 200), a higher concentration keeps the table's top index, and higher indices come
 * from the pollutant's other table alone. Where a table starts late (O3 1-hour, SO2 24-hour), a
 * lower concentration has no index in it.
 */
public enum AqiTable {
  PM25_24H(
      Pollutant.PM25,
      24,
      1,
      Category.GOOD,
      "0.0-9.0",
      "9.1-35.4",
      "35.5-55.4",
      "55.5-125.4",
      "125.5-225.4",
      "225.5-325.4"),
  PM10_24H(
      Pollutant.PM10,
      24,
      0,
      Category.GOOD,
      "0-54",
      "55-154",
      "155-254",
      "255-354",
      "355-424",
      "425-604"),
  O3_8H(
      Pollutant.O3,
      8,
      3,
      Category.GOOD,
      "0.000-0.054",
      "0.055-0.070",
      "0.071-0.085",
      "0.086-0.105",
      "0.106-0.200"),
  O3_1H(
      Pollutant.O3,
      1,
      3,
      Category.SENSITIVE,
      "0.125-0.164",
      "0.165-0.204",
      "0.205-0.404",
      "0.405-0.604"),
  CO_8H(
      Pollutant.CO,
      8,
      1,
      Category.GOOD,
      "0.0-4.4",
      "4.5-9.4",
      "9.5-12.4",
      "12.5-15.4",
      "15.5-30.4",
      "30.5-50.4"),
  SO2_1H(Pollutant.SO2, 1, 0, Category.GOOD, "0-35", "36-75", "76-185", "186-304"),
  SO2_24H(Pollutant.SO2, 24, 0, Category.VERY_UNHEALTHY, "305-604", "605-1004"),
  NO2_1H(
      Pollutant.NO2,
      1,
      0,
      Category.GOOD,
      "0-53",
      "54-100",
      "101-360",
      "361-649",
      "650-1249",
      "1250-2049");

  private final Pollutant pollutant;
  private final int hours;
  private final int decimals;
  private final ImmutableList<Range> ranges;

  /**
   * @param lowest the category of the first range; each further range is of the next category
   */
  AqiTable(Pollutant pollutant, int hours, int decimals, Category lowest, String... ends) {
    this.pollutant = pollutant;
    this.hours = hours;
    this.decimals = decimals;
    ImmutableList.Builder<Range> found = ImmutableList.builder();
    Iterator<Category> category = EnumSet.range(lowest, Category.HAZARDOUS).iterator();
    for (String range : ends) {
      found.add(Range.parse(range, decimals, category.next()));
    }
    this.ranges = found.build();
  }

  /** The pollutant whose concentrations this table ranks. */
  public Pollutant pollutant() {
    return pollutant;
  }

  /** The averaging time in hours: 1, 8 or 24. */
  public int hours() {
    return hours;
  }

  /** The digits kept of a concentration. */
  public int decimals() {
    return decimals;
  }

  /** The ranges, lowest first; each begins one step of the last digit after the one before. */
  ImmutableList<Range> ranges() {
    return ranges;
  }

  /**
   * The index of a concentration.
   *
   * @param concentration averaged over {@link #hours()}, in {@link Pollutant#unit()}
   * @return empty where the table starts above the concentration
   */
  public OptionalInt index(BigDecimal concentration) {
    long steps =
        concentration.setScale(decimals, RoundingMode.DOWN).unscaledValue().longValueExact();
    Range lowest = ranges.get(0);
    if (steps < lowest.low()) {
      return lowest.category() == Category.GOOD ? OptionalInt.of(0) : OptionalInt.empty();
    }
    for (Range range : ranges) {
      if (steps <= range.high()) {
        return OptionalInt.of(range.index(steps));
      }
    }
    Range highest = ranges.get(ranges.size() - 1);
    return OptionalInt.of(
        highest.category() == Category.HAZARDOUS
            ? highest.index(steps)
            : highest.category().high());
  }

  /** A range of concentrations, both ends included, in steps of the table's last digit. */
  @Immutable
  record Range(long low, long high, Category category) {

    private static Range parse(String ends, int decimals, Category category) {
      int dash = ends.indexOf('-');
      return new Range(
          steps(ends.substring(0, dash), decimals),
          steps(ends.substring(dash + 1), decimals),
          category);
    }

    private static long steps(String concentration, int decimals) {
      return new BigDecimal(concentration).movePointRight(decimals).longValueExact();
    }

    /** {@code low index + (index width / width) * (steps - low)}, rounded half up. */
    int index(long steps) {
      long width = high - low;
      long rise = Math.multiplyExact(category.high() - category.low(), steps - low);
      return Math.toIntExact(category.low() + (2 * rise + width) / (2 * width));
    }
  }
}
