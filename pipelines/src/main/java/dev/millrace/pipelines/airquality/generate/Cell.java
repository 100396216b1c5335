// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.generate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;

/**
 * Writes a value as the real files do: mostly with no or one decimal, and now and then oddly (the
 * shares are counted from the real files).
 */
final class Cell {
  private static final BigDecimal SO2_TENTH_PPB = new BigDecimal("0.2856");
  private static final BigDecimal NO2_TENTH_PPB = new BigDecimal("0.2053");
  private static final BigDecimal O3_TENTH_PPB = new BigDecimal("0.2142");

  private final Random random;

  Cell(Random random) {
    this.random = random;
  }

  String so2(double value, boolean firstYear) {
    return gas(value, SO2_TENTH_PPB, firstYear, 0.083);
  }

  String no2(double value, boolean firstYear) {
    return gas(value, NO2_TENTH_PPB, firstYear, 0.113);
  }

  String o3(double value, boolean firstYear) {
    return gas(value, O3_TENTH_PPB, firstYear, 0.161);
  }

  /** In the first year some gas cells are multiples of a tenth of a ppb, with four decimals. */
  private String gas(double value, BigDecimal unit, boolean firstYear, double share) {
    if (firstYear && random.nextDouble() < share) {
      long tenths = Math.max(1, StrictMath.round(value / unit.doubleValue()));
      return unit.multiply(BigDecimal.valueOf(tenths)).stripTrailingZeros().toPlainString();
    }
    return whole(value);
  }

  /** Particles: whole, but one cell in two thousand has a decimal. */
  String particles(double value) {
    return random.nextDouble() < 0.0005 ? tenths(value) : whole(value);
  }

  /** Temperature: one decimal; means of several readings keep up to 16 digits. */
  String temperature(double value) {
    return averaged(value, 0.0141, 0.0016, 15);
  }

  /** Pressure: one decimal; means of several readings keep up to 11 decimals. */
  String pressure(double value) {
    return averaged(value, 0.0042, 0.0006, 15);
  }

  private String averaged(double value, double quarters, double thirds, int digits) {
    double draw = random.nextDouble();
    long rounded = StrictMath.round(value * 10);
    if (draw < thirds) {
      return BigDecimal.valueOf(3 * rounded + 1)
          .divide(BigDecimal.valueOf(30), new MathContext(digits, RoundingMode.HALF_UP))
          .toPlainString();
    }
    if (draw < quarters) {
      return new BigDecimal(4 * rounded + 1).divide(new BigDecimal(40)).toPlainString();
    }
    return tenths(value);
  }

  static String whole(double value) {
    return Long.toString(StrictMath.round(value));
  }

  static String hundreds(double value) {
    return Long.toString(Math.max(1, StrictMath.round(value / 100)) * 100);
  }

  static String tenths(double value) {
    long tenths = StrictMath.round(value * 10);
    if (tenths % 10 == 0) {
      return Long.toString(tenths / 10);
    }
    return (tenths < 0 ? "-" : "") + Math.abs(tenths) / 10 + '.' + Math.abs(tenths) % 10;
  }
}
