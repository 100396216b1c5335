// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import java.math.BigDecimal;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The index of one station, hour after hour: feeds each hour's measurements into the averages that
 * the tables ask for and ranks them.
 *
 * <p>An hour needs the 23 hours before it; feed those first and drop their results. Not
 * thread-safe.
 *
 * <pre>
 * PM2.5, PM10   24-hour mean
 * O3            the higher of the 8-hour mean and, from 0.125 ppm, the hour itself
 * CO            8-hour mean
 * NO2           the hour itself
 * SO2           the hour itself up to 200, the 24-hour mean from 305 ppb
 * </pre>
 */
public final class StationIndex {
  private final RollingMean pm25 = mean(AqiTable.PM25_24H);
  private final RollingMean pm10 = mean(AqiTable.PM10_24H);
  private final RollingMean o3 = mean(AqiTable.O3_8H);
  private final RollingMean co = mean(AqiTable.CO_8H);
  private final RollingMean so2 = mean(AqiTable.SO2_24H);

  /**
   * The averages and indices at {@code hour}.
   *
   * @param hour counted from any fixed hour, after the one before
   * @throws IllegalArgumentException if {@code hour} is not after the one before
   */
  public HourIndex next(long hour, Concentrations measured) {
    BigDecimal pm25Day = pm25.next(hour, measured.pm25());
    BigDecimal pm10Day = pm10.next(hour, measured.pm10());
    BigDecimal o3Mean = o3.next(hour, measured.o3());
    BigDecimal coMean = co.next(hour, measured.co());
    BigDecimal so2Day = so2.next(hour, measured.so2());
    BigDecimal o3Hour = converted(Pollutant.O3, measured.o3());
    BigDecimal coHour = converted(Pollutant.CO, measured.co());
    BigDecimal so2Hour = converted(Pollutant.SO2, measured.so2());
    BigDecimal no2Hour = converted(Pollutant.NO2, measured.no2());
    return new HourIndex(
        so2Hour,
        no2Hour,
        coHour,
        o3Hour,
        pm25Day,
        pm10Day,
        so2Day,
        coMean,
        o3Mean,
        new SubIndices(
            index(AqiTable.PM25_24H, pm25Day),
            index(AqiTable.PM10_24H, pm10Day),
            higher(index(AqiTable.O3_8H, o3Mean), index(AqiTable.O3_1H, o3Hour)),
            index(AqiTable.NO2_1H, no2Hour),
            higher(index(AqiTable.SO2_1H, so2Hour), index(AqiTable.SO2_24H, so2Day)),
            index(AqiTable.CO_8H, coMean)));
  }

  private static RollingMean mean(AqiTable table) {
    return new RollingMean(table.pollutant(), table.hours());
  }

  private static @Nullable BigDecimal converted(Pollutant pollutant, @Nullable BigDecimal value) {
    return value == null ? null : pollutant.mean(value, 1);
  }

  private static @Nullable Integer index(AqiTable table, @Nullable BigDecimal concentration) {
    if (concentration == null) {
      return null;
    }
    OptionalInt index = table.index(concentration);
    return index.isPresent() ? index.getAsInt() : null;
  }

  private static @Nullable Integer higher(@Nullable Integer a, @Nullable Integer b) {
    if (a == null || b == null) {
      return (a == null) ? b : a;
    }
    return Math.max(a, b);
  }
}
