// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.horizon.Holder;
import dev.millrace.horizon.Look;
import dev.millrace.observe.Events;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeldBackTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String TABLE = "public.held_back";

  private static Look look(Holder... holders) {
    return new Look(null, Instant.EPOCH, null, Duration.ZERO, List.of(holders), "");
  }

  private static Holder session(int pid, @Nullable Duration age) {
    return new Holder("session", pid, "etl", "", age, "idle in transaction", "");
  }

  private static List<String> told() {
    return Events.latest().stream()
        .filter(event -> event.kind().equals("horizon") && event.text().contains(TABLE))
        .map(Events.Event::text)
        .toList();
  }

  @Test
  void looked_shouldTellOnceWhoHoldsItBack_andWhenNobodyDoes() {
    HeldBack.looked(TABLE, look(), PATIENCE);
    HeldBack.looked(TABLE, look(session(1, Duration.ofSeconds(59))), PATIENCE);
    HeldBack.looked(TABLE, look(session(1, null)), PATIENCE);
    assertThat(told()).isEmpty();

    for (int seconds = 60; seconds < 70; seconds++) {
      HeldBack.looked(TABLE, look(session(1, Duration.ofSeconds(seconds))), PATIENCE);
    }
    HeldBack.looked(TABLE, look(session(2, PATIENCE)), PATIENCE);
    HeldBack.looked(TABLE, look(), PATIENCE);
    HeldBack.looked(TABLE, look(), PATIENCE);
    assertThat(told())
        .containsExactly(
            TABLE
                + " is held back. Session 1 of etl has a transaction open for 60.0 s, idle in"
                + " transaction",
            TABLE
                + " is held back. Session 2 of etl has a transaction open for 60.0 s, idle in"
                + " transaction",
            TABLE + " is held back no longer");
  }
}
