// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.index;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A pollutant of the index, and how its measured ug/m3 become the unit of its table.
 *
 * <p>The constants stand in the order that breaks ties: of two equal sub-indices the one named
 * first here is dominant (particles before gases, the finer first).
 *
 * <h2>From ug/m3 to ppb</h2>
 *
 * An ideal gas of molar mass M (g/mol) at a molar volume V (L/mol) weighs {@code M / V} ug/m3 for
 * each ppb. V follows from the reference state that a mass concentration was reported for. The
 * measurements of 2013 to 2017 follow GB 3095-2012 before its amendment of 2018-09-01, which
 * reported gases at 273 K and 101.325 kPa: V = 22.41 L/mol. (After it, as in the United States:
 * 298.15 K and 24.45 L/mol, which would make every gas 9 % higher.) With whole molar masses, and
 * rounded to three decimals, as instruments use it:
 *
 * <pre>
 * SO2 64 / 22.41 = 2.856     NO2 46 / 22.41 = 2.053     O3 48 / 22.41 = 2.142     CO 28 / 22.41 = 1.249
 * </pre>
 *
 * The data say the same: of the fractional gas cells of 2013, 31,523 of 31,535 are whole multiples
 * of 0.2856, 0.2053 and 0.2142, a tenth of a ppb each. Dividing by these factors therefore gives
 * back the ppb that the instrument showed.
 */
public enum Pollutant {
  PM25("PM2.5", "ug/m3", "1"),
  PM10("PM10", "ug/m3", "1"),
  O3("O3", "ppm", "2142"),
  NO2("NO2", "ppb", "2.053"),
  SO2("SO2", "ppb", "2.856"),
  CO("CO", "ppm", "1249");

  /** Decimals kept of a quotient; what is beyond is cut, so that a later cut sees true digits. */
  public static final int QUOTIENT_DECIMALS = 6;

  private final String label;
  private final String unit;
  private final BigDecimal microgramsPerUnit;

  Pollutant(String label, String unit, String microgramsPerUnit) {
    this.label = label;
    this.unit = unit;
    this.microgramsPerUnit = new BigDecimal(microgramsPerUnit);
  }

  /** The name as published, {@code "PM2.5"} for instance. */
  public String label() {
    return label;
  }

  /** The unit of this pollutant's table: ug/m3, ppm or ppb. */
  public String unit() {
    return unit;
  }

  /** The ug/m3 that one unit of the table weighs. */
  public BigDecimal microgramsPerUnit() {
    return microgramsPerUnit;
  }

  /**
   * The mean of {@code count} measurements in the table's unit, cut after {@value
   * #QUOTIENT_DECIMALS} decimals. Sum, mean and conversion are one division, so nothing is lost in
   * between.
   *
   * @param sum of the measurements, ug/m3
   * @param count of the measurements, at least 1
   */
  public BigDecimal mean(BigDecimal sum, int count) {
    return sum.divide(
        microgramsPerUnit.multiply(BigDecimal.valueOf(count)),
        QUOTIENT_DECIMALS,
        RoundingMode.DOWN);
  }
}
