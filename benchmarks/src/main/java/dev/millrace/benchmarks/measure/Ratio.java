// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * How many times what one series measured is what another did beside it, pair by pair.
 *
 * @param mean the geometric mean of the pairs' ratios
 * @param low the lower end of the interval that it lies in with a chance of 95 %, by Student's t of
 *     the ratios' logarithms
 * @param high its upper end
 * @param count of pairs, at least 2
 */
public record Ratio(double mean, double low, double high, int count) {

  private static final double WITHIN = 0.95;

  /**
   * First to first, second to second.
   *
   * @throws IllegalArgumentException if the series differ in length, have fewer than two values, or
   *     one that is not above 0
   */
  public static Ratio of(List<Double> numerators, List<Double> denominators) {
    int count = numerators.size();
    SummaryStatistics logs = new SummaryStatistics();
    if (count == denominators.size()) {
      IntStream.range(0, count)
          .forEach(i -> logs.addValue(Math.log(numerators.get(i) / denominators.get(i))));
    }
    if (logs.getN() < 2 || !Double.isFinite(logs.getMean())) {
      throw new IllegalArgumentException(
          "Invalid pairs: %s by %s (must be two or more, above 0)"
              .formatted(numerators, denominators));
    }
    double margin =
        new TDistribution(null, count - 1).inverseCumulativeProbability((1 + WITHIN) / 2)
            * logs.getStandardDeviation()
            / Math.sqrt(count);
    double mean = logs.getMean();
    return new Ratio(Math.exp(mean), Math.exp(mean - margin), Math.exp(mean + margin), count);
  }

  /** As in {@code 1.012 (1.001..1.023)}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f (%.3f..%.3f)", mean, low, high);
  }
}
