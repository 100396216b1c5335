// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.horizon.Look;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FollowWatchTest {

  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  private static Look look(@Nullable Duration lag, int horizonLag) {
    return new Look(null, NOW, lag, Duration.ofSeconds(horizonLag), List.of(), "");
  }

  @Test
  void freshness_shouldBeThatOfTheHorizon_whileTheReadKeepsUp() {
    Look look = look(Duration.ofSeconds(30), 20);
    assertThat(FollowWatch.freshness(look, null)).isEqualTo(Duration.ofSeconds(30));
    assertThat(FollowWatch.freshness(look, NOW.minusSeconds(10))).hasSeconds(30);
    assertThat(FollowWatch.freshness(look(null, 20), NOW.minusSeconds(1))).hasSeconds(20);
  }

  @Test
  void freshness_shouldGrow_whileTheReadDoesNotKeepUp() {
    Look look = look(Duration.ofSeconds(2), 2);
    assertThat(FollowWatch.freshness(look, NOW.minusSeconds(300))).hasSeconds(300);
    assertThat(FollowWatch.freshness(look(null, 0), NOW.minusSeconds(300))).hasSeconds(300);
  }
}
