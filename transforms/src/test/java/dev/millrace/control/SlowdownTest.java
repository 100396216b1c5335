// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class SlowdownTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Slowdown slowdown = new Slowdown();

  @Test
  void times_shouldNotBeKnown_atFirst() {
    assertThat(slowdown.times()).isNaN();
  }

  @Test
  void times_shouldBeOne_atItsBest() {
    slowdown.took(0.02, 0);
    slowdown.took(0.01, SECOND);
    assertThat(slowdown.times()).isEqualTo(1);
  }

  @Test
  void times_shouldComeNearToHowMuchLongerItTakes() {
    slowdown.took(0.01, 0);
    for (int i = 1; i < 20; i++) {
      slowdown.took(0.05, i * SECOND);
    }
    assertThat(slowdown.times()).isCloseTo(5, Assertions.within(0.3));
  }

  @Test
  void times_shouldForgetWhatIsNotPossibleAnyMore() {
    slowdown.took(0.01, 0);
    for (int i = 1; i < 3_600; i++) {
      slowdown.took(0.05, i * SECOND);
    }
    assertThat(slowdown.times()).isLessThan(1.01);
  }
}
