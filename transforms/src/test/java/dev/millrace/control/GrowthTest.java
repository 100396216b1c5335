// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowthTest {

  private final Growth growth = new Growth();

  @Test
  void each_shouldBeUnknown_ofTooFewMeasurements_orWithNothingDoneBetween() {
    for (int i = 1; i < Growth.LEAST; i++) {
      growth.add(i, i);
      assertThat(growth.each()).isEmpty();
    }
    Growth idle = new Growth();
    for (int i = 0; i < 10; i++) {
      idle.add(5, i);
    }
    assertThat(idle.each()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 7, 63, 64, 1_000})
  void each_shouldBeWhatEachLeaves_howeverMuchIsUnderWay(int measurements) {
    Random random = new Random(measurements);
    // What begins late, as a cache that fills at first, counts no more than it has to.
    growth.add(0, 10);
    for (int i = 1; i < measurements; i++) {
      growth.add(1_000L * i, 5_000_000 + 300L * 1_000 * i + random.nextInt(50_000));
    }
    assertThat(growth.each().orElseThrow()).isBetween(250L, 350L);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 64, 1_000})
  void each_shouldBeNextToNothing_ofALevelThatOnlySwings(int measurements) {
    Random random = new Random(measurements);
    for (int i = 0; i < measurements; i++) {
      growth.add(1_000L * i, 5_000_000 + random.nextInt(100_000));
    }
    assertThat(growth.each().orElseThrow()).isBetween(0L, 30L);
  }

  @Test
  void each_shouldBeNothing_ofALevelThatFalls() {
    for (int i = 0; i < 10; i++) {
      growth.add(i, 1_000 - i);
    }
    assertThat(growth.each()).hasValue(0);
  }
}
