// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void of_shouldTakeTheMiddle_whenValuesAreOdd() {
    assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9, 3));
  }

  @Test
  void of_shouldTakeTheMeanOfTheMiddleTwo_whenValuesAreEven() {
    assertThat(Spread.of(List.of(8.0, 1.0, 2.0, 5.0))).isEqualTo(new Spread(3.5, 1, 8, 4));
  }

  @Test
  void of_shouldRefuse_whenThereIsNothingOrNoNumber() {
    assertThatThrownBy(() -> Spread.of(List.of()))
        .hasMessage("Invalid measurements: [] (must be one or more finite numbers)");
    assertThatThrownBy(() -> Spread.of(List.of(1.0, Double.NaN)))
        .hasMessage("Invalid measurements: [1.0, NaN] (must be one or more finite numbers)");
  }

  @Test
  void ofRatios_shouldPairRoundByRound() {
    // The machine was twice as slow in the second round: the ratio is the same in both.
    Spread ratio = Spread.ofRatios(List.of(90.0, 45.0), List.of(100.0, 50.0));

    assertThat(ratio.min()).isCloseTo(0.9, within(1e-9));
    assertThat(ratio.max()).isCloseTo(0.9, within(1e-9));
  }

  @Test
  void ofRatios_shouldRefuse_whenARoundIsMissing() {
    assertThatThrownBy(() -> Spread.ofRatios(List.of(1.0, 2.0), List.of(1.0)))
        .hasMessage("Invalid pairs: 2 values by 1 (must be as many)");
  }
}
