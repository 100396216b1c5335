// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * A straight line through points by least squares, and how sure its slope is.
 *
 * @param slope change of y for one x
 * @param slopeError the slope's standard error; 0 for points on a line
 * @param count how many points there are, at least 3
 */
public record Trend(double slope, double slopeError, int count) {

  /** One measurement. */
  public record Point(double x, double y) {}

  /**
   * Fits a line.
   *
   * @throws IllegalArgumentException if there are fewer than three points or all have one x
   */
  public static Trend of(List<Point> points) {
    int n = points.size();
    double meanX = points.stream().mapToDouble(Point::x).average().orElse(0);
    double meanY = points.stream().mapToDouble(Point::y).average().orElse(0);
    double spreadX = points.stream().mapToDouble(p -> square(p.x() - meanX)).sum();
    if (n < 3 || spreadX == 0) {
      throw new IllegalArgumentException(
          "Invalid points: " + points + " (must be three or more, at different x)");
    }
    double slope =
        points.stream().mapToDouble(p -> (p.x() - meanX) * (p.y() - meanY)).sum() / spreadX;
    double residuals =
        points.stream().mapToDouble(p -> square(p.y() - meanY - slope * (p.x() - meanX))).sum();
    return new Trend(slope, Math.sqrt(residuals / (n - 2) / spreadX), n);
  }

  /** Whether the slope lies more than three of its standard errors above 0. */
  public boolean rises() {
    return slope > 3 * slopeError;
  }

  /** Half the width of the interval around the slope that it lies in with a chance of 95 %. */
  public double margin() {
    return slopeError * new TDistribution(null, count - 2).inverseCumulativeProbability(0.975);
  }

  /** A trend of bytes over seconds, for people; null if there is none. */
  public static String ofBytes(@Nullable Trend trend) {
    return trend == null
        ? "not known"
        : String.format(
            Locale.ROOT,
            "%s, %+.1f KiB/s (standard error %.1f, %d samples)",
            trend.rises() ? "rises" : "flat",
            trend.slope() / 1024,
            trend.slopeError() / 1024,
            trend.count());
  }

  private static double square(double value) {
    return value * value;
  }
}
