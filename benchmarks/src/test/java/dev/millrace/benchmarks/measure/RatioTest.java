// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RatioTest {

  @Test
  void of_shouldGiveTheMeanOfPairs_whateverSlowsARoundDown() {
    Ratio ratio = Ratio.of(List.of(2.0, 20.0, 200.0), List.of(1.0, 10.0, 100.0));
    assertThat(ratio.mean()).isEqualTo(2, within(1e-12));
    assertThat(ratio.high() - ratio.low()).isEqualTo(0, within(1e-12));
    assertThat(ratio).hasToString("2.000 (2.000..2.000)");
  }

  /** Worked out by hand: ln 1 and ln 4, a mean of ln 2, 12.706 times ln 4 / √2 / √2 beside it. */
  @Test
  void of_shouldGiveStudentsInterval() {
    Ratio ratio = Ratio.of(List.of(1.0, 4.0), List.of(1.0, 1.0));
    assertThat(ratio.mean()).isEqualTo(2, within(1e-12));
    assertThat(Math.log(ratio.high() / 2)).isEqualTo(12.7062 * Math.log(4) / 2, within(1e-3));
    assertThat(ratio.low() * ratio.high()).isEqualTo(4, within(1e-6));
  }

  @Test
  void interval_shouldHoldTheTruth_19TimesOf20() {
    Random random = new Random(7);
    int held = 0;
    for (int i = 0; i < 2_000; i++) {
      List<Double> some = new ArrayList<>();
      List<Double> others = new ArrayList<>();
      for (int round = 0; round < 8; round++) {
        double slow = Math.exp(random.nextGaussian());
        some.add(1.03 * slow * Math.exp(random.nextGaussian() / 20));
        others.add(slow * Math.exp(random.nextGaussian() / 20));
      }
      Ratio ratio = Ratio.of(some, others);
      held += ratio.low() <= 1.03 && 1.03 <= ratio.high() ? 1 : 0;
    }
    assertThat(held).isBetween(1_860, 1_940);
  }

  @Test
  void of_shouldRefuseWhatIsNoPairs() {
    for (List<Double> each : List.of(List.<Double>of(), List.of(1.0), List.of(0.0, 1.0))) {
      assertThatThrownBy(() -> Ratio.of(each, each))
          .hasMessage("Invalid pairs: %s by %s (must be two or more, above 0)", each, each);
    }
    assertThatThrownBy(() -> Ratio.of(List.of(1.0, 2.0), List.of(1.0)))
        .hasMessageStartingWith("Invalid pairs");
  }
}
