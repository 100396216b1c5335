// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryRoomTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final MemoryRoom room = new MemoryRoom();

  @Test
  void part_shouldHalveUnderPressure_onceASecond() {
    assertThat(room.look(1.1, 0)).isTrue();
    assertThat(room.part()).isEqualTo(0.5);
    assertThat(room.look(1.1, SECOND - 1)).isFalse();
    assertThat(room.look(1.1, SECOND)).isTrue();
    assertThat(room.part()).isEqualTo(0.25);
  }

  @Test
  void part_shouldGrowBack_whenThereIsPlenty() {
    room.look(2, 0);
    room.look(2, SECOND);
    for (int i = 2; i < 8; i++) {
      assertThat(room.look(0.5, i * SECOND)).isTrue();
    }
    assertThat(room.part()).isEqualTo(1);
    assertThat(room.look(0.5, 9 * SECOND)).isFalse();
  }

  @Test
  void part_shouldStay_inBetween() {
    room.look(2, 0);
    assertThat(room.look(0.9, SECOND)).isFalse();
    assertThat(room.part()).isEqualTo(0.5);
  }

  @Test
  void part_shouldStayWithinItsBounds_whateverComes() {
    Random random = new Random(7);
    long now = 0;
    for (int i = 0; i < 100_000; i++) {
      now += random.nextLong(2 * SECOND);
      room.look(random.nextDouble() * 2, now);
      assertThat(room.part()).isBetween(MemoryRoom.LEAST, 1.0);
    }
  }
}
