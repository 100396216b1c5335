// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Compares a run with earlier runs of its kind, metric by metric.
 *
 * <p>Durations and sizes vary by a factor rather than by a summand, so logarithms are compared. For
 * the n earlier runs let y be the logarithm of the figure and x that of the rows written, less its
 * median. What grows with the rows is taken to grow by a power b of them, from 0 (what a run takes
 * once) to 1 (what each row takes): the median of the slopes between two runs (Theil 1950, Sen
 * 1968), or one half where all had the same rows. m is the median of y - bx, s its spread
 * Q<sub>n</sub> (see {@code Robust}; 1 % at least, as no figure is known better). For the run
 * itself
 *
 * <pre>
 * t = (y - bx - m) / &radic;(s&sup2; (1 + &pi; / 2n) + x&sup2; min(s&sup2; / &Sigma;x&sup2;, 1 / 12))
 * </pre>
 *
 * has nearly Student's distribution with 0.82 (n - 1) degrees of freedom, one less than n - 1 where
 * b was estimated: &pi; / 2n is the variance of a median, 0.82 the efficiency of the spread, 1 / 12
 * the variance of a slope of which only the range is known. That is the interval for one more
 * observation (Hahn and Meeker, Statistical Intervals, 1991) with robust estimates. The p-values
 * are those of one direction; those of all metrics are corrected by Holm's method (Scandinavian
 * Journal of Statistics 6, 1979), so that the chance of any false alarm in a comparison is 5 % at
 * most.
 *
 * <p>A figure is called worse if its corrected p-value is at most 5 %, it is 5 % above the median,
 * and it is 5 %, and 1.5 times the spread, above nearly all of the earlier runs: all but one tenth,
 * rounded down. By the last, runs that are now quick and now slow, as with a cache that is warm or
 * not, are no alarm each time that they are slow.
 *
 * <p>Rows a second are no metric of their own: for given rows they are the inverse of the seconds.
 * A slow drift is not seen: the earlier runs are then nearly as slow as the last. For the same
 * reason a lasting change is told while it is new: of 30 earlier runs three may be as slow as one
 * that is called worse, of 8 none.
 */
public final class Baseline {

  /** With fewer earlier runs nothing is said. */
  public static final int LEAST_RUNS = 8;

  /** No more earlier runs than that are looked at, the latest. */
  public static final int MOST_RUNS = 30;

  /** Chance of a false alarm that is accepted. */
  static final double LEVEL = 0.05;

  /** A change by less is none. */
  private static final double LEAST_EFFECT = Math.log(1.05);

  private static final double LEAST_SPREAD = 0.01;

  /** How far above the others, in spreads. */
  private static final double LEAST_DISTANCE = 1.5;

  /** Of earlier runs, one in so many may be as slow as a run that is called worse. */
  private static final int ONE_IN = 10;

  /** Of a slope from 0 to 1 about which nothing else is known. */
  private static final double SLOPE_VARIANCE = 1.0 / 12;

  private Baseline() {}

  /**
   * Compares a run with earlier ones.
   *
   * @param run as it went
   * @param earlier runs of its kind, the latest first; more than {@value #MOST_RUNS} are not looked
   *     at
   */
  public static Comparison compare(Figures run, List<Figures> earlier) {
    List<Figures> looked = earlier.subList(0, Math.min(MOST_RUNS, earlier.size()));
    if (looked.size() < LEAST_RUNS) {
      return new Comparison(looked.size(), LEAST_RUNS, List.of());
    }
    List<Metric> metrics = new ArrayList<>();
    List<Place> places = new ArrayList<>();
    run.values()
        .forEach(
            (metric, value) -> {
              List<Figures> having =
                  looked.stream().filter(each -> each.values().containsKey(metric)).toList();
              if (having.size() >= LEAST_RUNS) {
                metrics.add(metric);
                places.add(Place.of(metric, run.rows(), value, having));
              }
            });
    double[] more = holm(places.stream().mapToDouble(place -> place.p(1)).toArray());
    double[] less = holm(places.stream().mapToDouble(place -> place.p(-1)).toArray());
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      changes.add(places.get(i).change(metrics.get(i), more[i], less[i]));
    }
    return new Comparison(looked.size(), LEAST_RUNS, changes);
  }

  /**
   * Where a figure stands among earlier ones; all are logarithms, for the rows of the run.
   *
   * @param value of the run
   * @param runs that are compared with
   * @param median of them
   * @param low what nearly all of them are above
   * @param high what nearly all of them are below
   * @param spread of them
   * @param error of the difference to their median
   * @param freedom degrees of it
   */
  private record Place(
      double value,
      int runs,
      double median,
      double low,
      double high,
      double spread,
      double error,
      double freedom) {

    static Place of(Metric metric, long rows, double value, List<Figures> earlier) {
      int n = earlier.size();
      double[] y =
          earlier.stream()
              .mapToDouble(each -> Math.log(each.values().getOrDefault(metric, 1.0)))
              .toArray();
      boolean grows =
          metric.grows() && rows > 0 && earlier.stream().allMatch(each -> each.rows() > 0);
      // How many more rows the run has than each of the others, and than their median.
      double[] x =
          earlier.stream()
              .mapToDouble(each -> grows ? Math.log((double) rows / each.rows()) : 0)
              .toArray();
      double[] slopes = Robust.slopes(x, y);
      double b = slopes.length == 0 ? 0.5 : Math.max(0, Math.min(1, -Robust.median(slopes)));
      double middle = Robust.median(x);
      double squares = 0;
      for (int i = 0; i < n; i++) {
        y[i] += b * x[i];
        squares += (x[i] - middle) * (x[i] - middle);
      }
      double spread = Math.max(LEAST_SPREAD, Robust.spread(y));
      double variance = spread * spread;
      double ofSlope = Math.min(SLOPE_VARIANCE, squares == 0 ? 1 : variance / squares);
      Arrays.sort(y);
      return new Place(
          Math.log(value),
          n,
          Robust.median(y),
          y[n / ONE_IN],
          y[n - 1 - n / ONE_IN],
          spread,
          Math.sqrt(variance * (1 + Math.PI / (2 * n)) + middle * middle * ofSlope),
          Robust.EFFICIENCY * (n - (slopes.length == 0 ? 1 : 2)));
    }

    TDistribution student() {
      return new TDistribution(null, freedom);
    }

    double effect() {
      return value - median;
    }

    /**
     * How likely one more is to be as far from the median in a direction, or farther.
     *
     * @param sign 1 for above, -1 for below
     */
    double p(int sign) {
      return student().cumulativeProbability(-sign * effect() / error);
    }

    /** Whether that is far off, too. */
    boolean isFar(int sign) {
      double distance = Math.max(LEAST_EFFECT, LEAST_DISTANCE * spread);
      double beyond = sign > 0 ? value - high : low - value;
      return sign * effect() >= LEAST_EFFECT && beyond >= distance;
    }

    Change change(Metric metric, double more, double less) {
      int sign = effect() >= 0 ? 1 : -1;
      double p = sign > 0 ? more : less;
      Verdict moved = sign > 0 ? Verdict.WORSE : Verdict.BETTER;
      double reach = student().inverseCumulativeProbability(1 - LEVEL / 2) * error;
      return new Change(
          metric,
          runs,
          Math.exp(value),
          Math.exp(median),
          Math.exp(median - reach),
          Math.exp(median + reach),
          Math.exp(effect()),
          p,
          p <= LEVEL && isFar(sign) ? moved : Verdict.SAME);
    }
  }

  /** Holm's corrected p-values, in the order of the given ones. */
  static double[] holm(double[] p) {
    int[] order =
        IntStream.range(0, p.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] corrected = new double[p.length];
    double highest = 0;
    for (int i = 0; i < order.length; i++) {
      highest = Math.max(highest, Math.min(1, (p.length - i) * p[order[i]]));
      corrected[order[i]] = highest;
    }
    return corrected;
  }
}
