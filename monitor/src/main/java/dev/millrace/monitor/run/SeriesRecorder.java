// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps how figures of a run go in no more than {@value #MOST} points, however long it lasts: when
 * they are full, each two neighbours become their mean, and from then on a point is the mean of
 * twice as many samples. Not safe for use by several threads.
 */
public final class SeriesRecorder {

  /** The number of points is between half of this and this, once there were as many samples. */
  public static final int MOST = 128;

  /** Figures that are told apart; what comes later is left out. */
  public static final int MOST_FIGURES = 60;

  private static final MathContext DIGITS = new MathContext(4);

  /** Samples of which a point is the mean. */
  private int width = 1;

  private final List<Point> points = new ArrayList<>();
  private final Map<String, Integer> figures = new LinkedHashMap<>();
  private Point next = new Point();

  /** The sum of samples, and how many there were. */
  private static final class Point {
    private double seconds;
    private int samples;
    private final Map<String, double[]> sums = new HashMap<>();

    void add(double time, Map<String, Double> values) {
      seconds += time;
      samples++;
      values.forEach((figure, value) -> add(figure, value, 1));
    }

    void add(Point other) {
      seconds += other.seconds;
      samples += other.samples;
      other.sums.forEach((figure, sum) -> add(figure, sum[0], sum[1]));
    }

    private void add(String figure, double value, double count) {
      double[] sum = sums.computeIfAbsent(figure, name -> new double[2]);
      sum[0] += value;
      sum[1] += count;
    }

    @Nullable Double mean(String figure) {
      double[] sum = sums.get(figure);
      return sum == null ? null : rounded(sum[0] / sum[1]);
    }
  }

  /**
   * Adds what was seen at a time.
   *
   * @param seconds since the start of the run, more than before
   * @param values by figure; those that are not finite are left out
   */
  public void add(double seconds, Map<String, Double> values) {
    Map<String, Double> known = new HashMap<>();
    new TreeMap<>(values)
        .forEach(
            (figure, value) -> {
              if (Double.isFinite(value) && isKept(figure)) {
                known.put(figure, value);
              }
            });
    next.add(seconds, known);
    if (next.samples < width) {
      return;
    }
    points.add(next);
    next = new Point();
    if (points.size() == MOST) {
      List<Point> halved = new ArrayList<>(MOST);
      for (int i = 0; i < MOST; i += 2) {
        Point both = points.get(i);
        both.add(points.get(i + 1));
        halved.add(both);
      }
      points.clear();
      points.addAll(halved);
      width *= 2;
    }
  }

  private boolean isKept(String figure) {
    if (!figures.containsKey(figure) && figures.size() < MOST_FIGURES) {
      figures.put(figure, figures.size());
    }
    return figures.containsKey(figure);
  }

  /** What was seen so far, with four digits. */
  public Series series() {
    List<Point> all = new ArrayList<>(points);
    if (next.samples > 0) {
      all.add(next);
    }
    List<Double> seconds = new ArrayList<>(all.size());
    Map<String, List<@Nullable Double>> values = new LinkedHashMap<>();
    figures.keySet().forEach(figure -> values.put(figure, new ArrayList<>(all.size())));
    for (Point point : all) {
      seconds.add(Math.round(point.seconds / point.samples * 10) / 10.0);
      values.forEach((figure, means) -> means.add(point.mean(figure)));
    }
    return new Series(seconds, values);
  }

  private static double rounded(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
  }
}
