// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Where the middle of a sample is and how far it spreads, whatever a few of its values are.
 *
 * <p>The spread is Q<sub>n</sub> of Rousseeuw and Croux (Alternatives to the Median Absolute
 * Deviation, JASA 88, 1993): 2.2219 times the k-th smallest distance of two values, k = h (h - 1) /
 * 2, h = n / 2 + 1, with their factors for small samples. Of normal values it estimates the
 * standard deviation and, as the median of distances from the median does, it stays where it is
 * when not quite half of the values are anything; but it needs less than half as many values to be
 * as sure.
 */
final class Robust {

  /** Of the spread of normal values, as compared with their standard deviation. */
  static final double EFFICIENCY = 0.82;

  private static final double NORMAL = 2.2219;

  private static final double LEAST_APART = 0.01;

  /** For samples of 2 to 9 values. */
  private static final double[] SMALL = {0.399, 0.994, 0.512, 0.844, 0.611, 0.857, 0.669, 0.872};

  private Robust() {}

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  /** Between each two points that are 1 % apart or more; the median of them is a robust slope. */
  static double[] slopes(double[] x, double[] y) {
    DoubleStream.Builder slopes = DoubleStream.builder();
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        if (Math.abs(x[i] - x[j]) >= LEAST_APART) {
          slopes.add((y[i] - y[j]) / (x[i] - x[j]));
        }
      }
    }
    return slopes.build().toArray();
  }

  /**
   * How far they spread.
   *
   * @param values two at least
   */
  static double spread(double[] values) {
    int n = values.length;
    double[] distances = new double[n * (n - 1) / 2];
    int next = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        distances[next++] = Math.abs(values[i] - values[j]);
      }
    }
    Arrays.sort(distances);
    int h = n / 2 + 1;
    return factor(n) * NORMAL * distances[h * (h - 1) / 2 - 1];
  }

  private static double factor(int n) {
    if (n <= SMALL.length + 1) {
      return SMALL[n - 2];
    }
    return n % 2 == 1 ? n / (n + 1.4) : n / (n + 3.8);
  }
}
