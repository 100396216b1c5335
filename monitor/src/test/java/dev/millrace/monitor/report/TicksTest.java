// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TicksTest {

  @Test
  void of_shouldBeRound() {
    assertThat(Ticks.of(0, 1000)).containsExactly(0.0, 1.0);
    assertThat(Ticks.of(4, 1000)).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
    assertThat(Ticks.of(310_000, 1000)).containsExactly(0.0, 100e3, 200e3, 300e3, 400e3);
    double mib = 1 << 20;
    assertThat(Ticks.of(350 * mib, 1024))
        .containsExactly(0.0, 100 * mib, 200 * mib, 300 * mib, 400 * mib);
    assertThat(Ticks.ofTime(9)).containsExactly(0.0, 2.0, 4.0, 6.0, 8.0);
    assertThat(Ticks.ofTime(200)).containsExactly(0.0, 60.0, 120.0, 180.0);
  }

  @Test
  void of_shouldCoverAnything_withFewNumbers() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      double highest = Math.pow(10, random.nextDouble() * 24 - 9);
      for (double base : new double[] {1000, 1024}) {
        List<Double> ticks = Ticks.of(highest, base);
        assertThat(ticks).hasSizeBetween(2, 6);
        assertThat(ticks.get(ticks.size() - 1)).isGreaterThanOrEqualTo(highest * (1 - 1e-9));
      }
      assertThat(Ticks.ofTime(highest)).hasSizeBetween(1, 7);
    }
  }
}
