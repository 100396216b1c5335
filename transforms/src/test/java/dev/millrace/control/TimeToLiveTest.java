// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TimeToLiveTest {

  private static final TimeToLive USUAL =
      new TimeToLive(Duration.ofMinutes(10), Duration.ofMinutes(1));

  @Property
  void expires_shouldBeWithinTheTime(
      @ForAll @LongRange(min = 0, max = 1L << 50) long loaded,
      @ForAll boolean none,
      @ForAll @DoubleRange(min = 0, max = 1) double chance) {
    long whole = none ? 60_000 : 600_000;
    assertThat(USUAL.expires(loaded, none, chance) - loaded)
        .isBetween(Math.round(whole * 0.9), whole);
  }

  @Test
  void expires_shouldBeLaterThanTheLoad_howeverShortTheTime() {
    TimeToLive shortest = new TimeToLive(Duration.ofMillis(1), Duration.ofMillis(1));
    assertThat(shortest.expires(5, false, 1)).isEqualTo(6);
  }

  /** A key is asked for every 10 ms; who is the first to load it again does so in good time. */
  @Test
  void isDue_shouldMostlyFallShortlyBeforeTheEnd() {
    Random random = new Random(7);
    double costMillis = 50;
    int late = 0;
    long early = 0;
    int rounds = 1000;
    for (int i = 0; i < rounds; i++) {
      long now = 0;
      while (now < 60_000 && !TimeToLive.isDue(now, 60_000, costMillis, 1 - random.nextDouble())) {
        now += 10;
      }
      late += now + costMillis > 60_000 ? 1 : 0;
      early = Math.max(early, 60_000 - now);
    }
    assertThat(late).isLessThan(rounds / 4);
    assertThat(early).isBetween(100L, 1500L);
  }

  @Test
  void constructor_shouldRefuseNoTime() {
    assertThatThrownBy(() -> new TimeToLive(Duration.ZERO, Duration.ofSeconds(1)))
        .hasMessage("Invalid time to live: PT0S (must be 1 ms or more)");
  }
}
