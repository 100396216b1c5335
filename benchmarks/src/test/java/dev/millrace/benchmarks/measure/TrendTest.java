// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.benchmarks.measure.Trend.Point;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {

  @Test
  void of_shouldFindTheSlope_whenPointsLieOnALine() {
    Trend trend = Trend.of(points(5, x -> 3 * x + 7));

    assertThat(trend.slope()).isCloseTo(3, within(1e-9));
    assertThat(trend.slopeError()).isCloseTo(0, within(1e-9));
    assertThat(trend.rises()).isTrue();
  }

  @Test
  void of_shouldComputeTheTextbooksError() {
    // y = 1, 3, 2: slope 0.5, residuals -0.5, 1, -0.5, so sqrt(1.5 / 1 / 2).
    Trend trend = Trend.of(List.of(new Point(0, 1), new Point(1, 3), new Point(2, 2)));

    assertThat(trend.slope()).isCloseTo(0.5, within(1e-9));
    assertThat(trend.slopeError()).isCloseTo(Math.sqrt(0.75), within(1e-9));
    assertThat(trend.rises()).isFalse();
  }

  @Test
  void rises_shouldTellALeakFromNoise() {
    Random random = new Random(7);

    assertThat(Trend.of(points(60, x -> 100 + 5 * random.nextGaussian())).rises()).isFalse();
    assertThat(Trend.of(points(60, x -> 100 + x + 5 * random.nextGaussian())).rises()).isTrue();
  }

  @Test
  void of_shouldRefuse_whenNoLineIsDetermined() {
    assertThatThrownBy(() -> Trend.of(points(2, x -> x)))
        .hasMessageStartingWith("Invalid points: ")
        .hasMessageEndingWith("(must be three or more, at different x)");
    assertThatThrownBy(() -> Trend.of(List.of(new Point(1, 1), new Point(1, 2), new Point(1, 3))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Point> points(int count, DoubleUnaryOperator y) {
    return IntStream.range(0, count).mapToObj(x -> new Point(x, y.applyAsDouble(x))).toList();
  }
}
