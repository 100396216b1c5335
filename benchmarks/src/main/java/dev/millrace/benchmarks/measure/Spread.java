// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * The median of a series of measurements and how far they lie apart.
 *
 * @param median the middle value; the mean of the two middle values of an even number
 * @param min the smallest value
 * @param max the largest value
 * @param count how many values there are, at least 1
 */
public record Spread(double median, double min, double max, int count) {

  /**
   * Summarises values in any order.
   *
   * @throws IllegalArgumentException if there is none, or one of them is not a number
   */
  public static Spread of(List<Double> values) {
    if (values.isEmpty() || values.stream().anyMatch(value -> !Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "Invalid measurements: " + values + " (must be one or more finite numbers)");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1), sorted.size());
  }

  /**
   * Summarises the ratios of values that were measured side by side: first to first, second to
   * second. What slows a whole round down leaves its ratio alone, so this spread is narrower than
   * the ratio of two medians is sure.
   *
   * @throws IllegalArgumentException if the series differ in length or are empty
   */
  public static Spread ofRatios(List<Double> numerators, List<Double> denominators) {
    if (numerators.size() != denominators.size()) {
      throw new IllegalArgumentException(
          "Invalid pairs: %d values by %d (must be as many)"
              .formatted(numerators.size(), denominators.size()));
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < numerators.size(); i++) {
      ratios.add(numerators.get(i) / denominators.get(i));
    }
    return of(ratios);
  }
}
