// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Histories are simulated: six metrics that share a part of their noise. */
class BaselineTest {

  private static final int TRIALS = 1500;

  private static final List<Metric> METRICS =
      List.of(
          new Metric(null, "seconds"),
          new Metric(null, "cpu_seconds"),
          new Metric(null, "peak_rss_bytes"),
          new Metric("read public.orders", "seconds"),
          new Metric("map", "seconds"),
          new Metric("write public.copy", "seconds"));

  private static final Metric WRITE = METRICS.get(5);

  /** How runs may go: by the number of the run, what all of its figures are multiplied by. */
  private enum World {
    STEADY,
    /** One in twenty of the earlier runs took two to four times as long. */
    OUTLIERS,
    /** Each run takes 0.1 % longer than the one before. */
    DRIFT,
    /** Half of the runs take 1.5 times as long. */
    TWO_MODES,
    /** A fifth do. */
    RARE_MODE,
    /** Rows vary by a factor of two, and what a run takes has a part that does not grow. */
    SIZES
  }

  private record History(Figures run, List<Figures> earlier) {}

  private static History history(World world, int runs, double noise, Random random) {
    List<Figures> earlier = new ArrayList<>();
    for (int i = runs; i >= 1; i--) {
      earlier.add(0, figures(world, -i, noise, random));
    }
    return new History(figures(world, 0, noise, random), earlier);
  }

  private static Figures figures(World world, int number, double noise, Random random) {
    long rows = world == World.SIZES ? 1_050_000 + random.nextInt(1_000_000) : 1_500_000;
    double factor =
        switch (world) {
          case OUTLIERS -> number < 0 && random.nextInt(20) == 0 ? 2 + 2 * random.nextDouble() : 1;
          case DRIFT -> Math.pow(1.001, number);
          case TWO_MODES -> random.nextBoolean() ? 1.5 : 1;
          case RARE_MODE -> random.nextInt(5) == 0 ? 1.5 : 1;
          case SIZES -> 0.3 + 0.7 * rows / 1_500_000;
          case STEADY -> 1;
        };
    double shared = random.nextGaussian();
    Map<Metric, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < METRICS.size(); i++) {
      double log = noise * (0.7 * shared + 0.714 * random.nextGaussian());
      boolean grows = METRICS.get(i).grows();
      values.put(METRICS.get(i), (i + 1) * 10 * (grows ? factor : 1) * Math.exp(log));
    }
    return new Figures(rows, values);
  }

  private static Figures slower(Figures run, double ratio, Metric... metrics) {
    Map<Metric, Double> values = new LinkedHashMap<>(run.values());
    for (Metric metric : metrics) {
      values.computeIfPresent(metric, (name, value) -> value * ratio);
    }
    return new Figures(run.rows(), values);
  }

  /** In what part of the trials there was an alarm. */
  private static double alarms(
      World world, int runs, double noise, double ratio, Metric... metrics) {
    Random random = new Random(31L * world.name().hashCode() + runs);
    int alarms = 0;
    for (int i = 0; i < TRIALS; i++) {
      History history = history(world, runs, noise, random);
      Comparison found = Baseline.compare(slower(history.run(), ratio, metrics), history.earlier());
      if (found.regression().isPresent()) {
        alarms++;
      }
    }
    return (double) alarms / TRIALS;
  }

  @ParameterizedTest
  @CsvSource({
    "STEADY, 0.05",
    "OUTLIERS, 0.05",
    "TWO_MODES, 0.05",
    "SIZES, 0.05",
    // Of eight runs often none is in the slow mode, or one, which may as well be an outlier.
    "RARE_MODE, 0.08",
    // Not all of these are false: the run is 1.6 % slower than the median of thirty.
    "DRIFT, 0.07"
  })
  void compare_shouldRarelyRaiseAFalseAlarm(World world, double most) {
    for (int runs : new int[] {8, 15, 30}) {
      for (double noise : new double[] {0.05, 0.1}) {
        assertThat(alarms(world, runs, noise, 1))
            .as("%d runs, noise %s", runs, noise)
            .isLessThanOrEqualTo(most);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "STEADY, 8, 0.05, 0.9",
    "STEADY, 15, 0.05, 0.98",
    "STEADY, 30, 0.05, 0.98",
    "STEADY, 8, 0.1, 0.3",
    "STEADY, 30, 0.1, 0.55",
    "DRIFT, 15, 0.05, 0.98",
    "SIZES, 15, 0.05, 0.95",
    "OUTLIERS, 8, 0.05, 0.6",
    "OUTLIERS, 30, 0.05, 0.9"
  })
  void compare_shouldSeeARunThatTakesAThirdLonger(
      World world, int runs, double noise, double power) {
    assertThat(alarms(world, runs, noise, 1.3, METRICS.get(0), WRITE))
        .isGreaterThanOrEqualTo(power);
  }

  @Test
  void compare_shouldNameWhatMovedMost() {
    History history = history(World.STEADY, 20, 0.02, new Random(1));
    Figures run = slower(slower(history.run(), 1.2, METRICS.get(0)), 1.5, WRITE);

    Comparison found = Baseline.compare(run, history.earlier());

    Change change = found.regression().orElseThrow();
    assertThat(change.metric()).isEqualTo(WRITE);
    assertThat(change.ratio()).isCloseTo(1.5, within(0.1));
    assertThat(change.typical()).isCloseTo(60, within(3.0)).isBetween(change.low(), change.high());
    assertThat(change.value()).isGreaterThan(change.high());
    assertThat(change.p()).isLessThan(0.001);
    assertThat(found.words()).startsWith("seconds of write public.copy: ").contains(" 20 earlier");
    assertThat(found.changes())
        .filteredOn(each -> each.verdict() == Verdict.WORSE)
        .extracting(Change::metric)
        .containsExactlyInAnyOrder(METRICS.get(0), WRITE);
  }

  @Test
  void compare_shouldTellAnImprovementFromARegression() {
    History history = history(World.STEADY, 20, 0.02, new Random(2));

    Comparison found = Baseline.compare(slower(history.run(), 0.7, WRITE), history.earlier());

    assertThat(found.regression()).isEmpty();
    assertThat(found.words()).isEqualTo("not worse than the median of 20 earlier runs");
    assertThat(found.changes())
        .filteredOn(each -> each.verdict() == Verdict.BETTER)
        .singleElement()
        .satisfies(change -> assertThat(change.metric()).isEqualTo(WRITE));
  }

  @Test
  void compare_shouldCallNothingWorse_whenItIsLessThanFivePercent() {
    List<Figures> same = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      same.add(new Figures(1_000_000, Map.of(WRITE, 10.0)));
    }

    assertThat(worse(new Figures(1_000_000, Map.of(WRITE, 10.49)), same)).isFalse();
    assertThat(worse(new Figures(1_000_000, Map.of(WRITE, 10.6)), same)).isTrue();
    // One row more is no reason to know nothing.
    assertThat(worse(new Figures(1_000_001, Map.of(WRITE, 10.6)), same)).isTrue();
    // A fifth more rows may take a fifth longer.
    assertThat(worse(new Figures(1_200_000, Map.of(WRITE, 12.0)), same)).isFalse();
  }

  @Test
  void compare_shouldSayThatItKnowsTooLittle() {
    History history = history(World.STEADY, 7, 0.02, new Random(3));

    Comparison found = Baseline.compare(slower(history.run(), 9, WRITE), history.earlier());

    assertThat(found.isTooFew()).isTrue();
    assertThat(found.changes()).isEmpty();
    assertThat(found.words()).isEqualTo("too few runs: 7 of 8");
  }

  @Test
  void compare_shouldLeaveOutAMetric_whenTooFewHaveIt() {
    History history = history(World.STEADY, 20, 0.02, new Random(4));
    Map<Metric, Double> values = new LinkedHashMap<>(history.run().values());
    values.put(new Metric("a new stage", "seconds"), 5.0);

    Comparison found = Baseline.compare(new Figures(1_500_000, values), history.earlier());

    assertThat(found.changes()).extracting(Change::metric).containsExactlyElementsOf(METRICS);
  }

  @Test
  void holm_shouldCorrectAsPublished() {
    assertThat(Baseline.holm(new double[] {0.01, 0.04, 0.03, 0.005}))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
    assertThat(Baseline.holm(new double[] {0.9, 0.8})).containsExactly(1, 1);
    assertThat(Baseline.holm(new double[0])).isEmpty();
  }

  private static boolean worse(Figures run, List<Figures> earlier) {
    return Baseline.compare(run, earlier).regression().isPresent();
  }
}
