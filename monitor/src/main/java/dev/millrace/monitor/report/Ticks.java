// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import java.util.ArrayList;
import java.util.List;

/** Round numbers along an axis that begins at 0. */
final class Ticks {

  private static final double[] SECONDS = {
    0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600,
    43_200, 86_400
  };

  private static final double[] STEPS = {1, 2, 5, 10};

  private Ticks() {}

  /**
   * Some three to six numbers from 0 to the first that is not below the highest value.
   *
   * @param base 1024 for bytes, else 1000: steps are round in powers of it
   */
  static List<Double> of(double highest, double base) {
    if (!(highest > 0)) {
      return List.of(0.0, 1.0);
    }
    double unit = base == 1024 ? Math.pow(base, Math.floor(Math.log(highest) / Math.log(base))) : 1;
    double rough = highest / unit / 4;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = STEPS[STEPS.length - 1] * power * unit;
    for (double each : STEPS) {
      if (each * power >= rough * (1 - 1e-9)) {
        step = each * power * unit;
        break;
      }
    }
    List<Double> ticks = new ArrayList<>();
    ticks.add(0.0);
    for (int i = 1; ticks.get(i - 1) < highest * (1 - 1e-9); i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** Round times from 0 that are not beyond the last. */
  static List<Double> ofTime(double last) {
    double step = SECONDS[SECONDS.length - 1] * Math.max(1, Math.ceil(last / 86_400 / 5));
    for (double each : SECONDS) {
      if (last / each <= 5) {
        step = each;
        break;
      }
    }
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i * step <= last; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }
}
