// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RobustTest {

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 15, 30})
  void spread_shouldBeTheStandardDeviation_ofNormalValues(int n) {
    Random random = new Random(n);
    double sum = 0;
    for (int i = 0; i < 4000; i++) {
      sum += Robust.spread(random.doubles(n).map(any -> 3 * random.nextGaussian()).toArray());
    }
    assertThat(sum / 4000).isCloseTo(3, within(0.1));
  }

  @Test
  void spread_shouldStay_whenSomeValuesAreFarOff() {
    double[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1e9, 1e9, 1e9};
    assertThat(Robust.spread(values)).isLessThan(12);
    assertThat(Robust.median(values)).isEqualTo(6.5);
  }

  @Test
  void slopes_shouldLeaveOutWhatIsTooNear() {
    double[] x = {0, 0.001, 1, 2};
    double[] y = {0, 5, 2, 4};
    assertThat(Robust.slopes(x, y)).hasSize(5).contains(2.0);
  }
}
