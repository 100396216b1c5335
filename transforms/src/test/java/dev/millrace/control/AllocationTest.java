// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationTest {

  private static final long LOOK = Duration.ofMillis(500).toNanos();

  private final Allocation allocation = new Allocation(1, 16);
  private long now;

  private boolean look(double scarcity, int used, boolean wanted) {
    now += LOOK;
    return allocation.look(scarcity, used, wanted, now);
  }

  @Test
  void slots_shouldHalveWhatIsUsed_whenItIsTooScarceTwice() {
    assertThat(look(1.5, 12, true)).isFalse();
    assertThat(look(1.5, 12, true)).isTrue();
    assertThat(allocation.slots()).isEqualTo(6);
  }

  @Test
  void slots_shouldNotChange_forOneLook() {
    for (int i = 0; i < 20; i++) {
      look(i % 2 == 0 ? 5 : 0.9, 16, true);
    }
    assertThat(allocation.slots()).isEqualTo(16);
  }

  @Test
  void slots_shouldRest_afterTheyWereHalved() {
    for (int i = 0; i < 7; i++) {
      look(2, 16, true);
    }
    assertThat(allocation.slots()).isEqualTo(8);
    look(2, 8, true);
    assertThat(allocation.slots()).isEqualTo(4);
  }

  @Test
  void slots_shouldGrowByOne_onlyWhenSomebodyWaits() {
    look(2, 16, true);
    look(2, 16, true);
    look(0.5, 8, false);
    look(0.5, 8, false);
    assertThat(allocation.slots()).isEqualTo(8);
    assertThat(look(0.5, 8, true)).isTrue();
    assertThat(allocation.slots()).isEqualTo(9);
  }

  @Test
  void slots_shouldStay_betweenPlentyAndTooScarce_andWhenNothingIsKnown() {
    look(2, 16, true);
    look(2, 16, true);
    for (int i = 0; i < 20; i++) {
      look(i % 2 == 0 ? 0.85 : Double.NaN, 8, true);
    }
    assertThat(allocation.slots()).isEqualTo(8);
  }

  @Test
  void new_shouldRefuseBoundsInTheWrongOrder() {
    assertThatThrownBy(() -> new Allocation(3, 2))
        .hasMessage("Invalid bounds: 3 to 2 (must be from 1 up, the lower first)");
  }

  /**
   * A resource that bears so many at once, and from time to time another number: in the long run
   * nearly all of it is used, it is never overloaded for long, and the size does not swing.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void slots_shouldFollowWhatTheResourceBears(long seed) {
    Random random = new Random(seed);
    int most = 8 + random.nextInt(57);
    Allocation sizes = new Allocation(1, most);
    int bears = most;
    int overloaded = 0;
    int longest = 0;
    double wasted = 0;
    int changes = 0;
    int looks = 100_000;
    for (int i = 0; i < looks; i++) {
      if (i % 400 == 0) {
        bears = 1 + random.nextInt(most);
        overloaded = 0;
      }
      int used = sizes.slots();
      double noise = 1 + (random.nextDouble() - 0.5) / 10;
      now += LOOK;
      changes += sizes.look(noise * used / bears, used, true, now) ? 1 : 0;
      assertThat(sizes.slots()).isBetween(1, most);
      overloaded = used > 1.05 * bears ? overloaded + 1 : 0;
      longest = Math.max(longest, overloaded);
      wasted += (double) Math.max(0, bears - used) / bears;
    }
    // Six halvings of 64, with a rest of six looks after each.
    assertThat(longest).as("looks overloaded in a row").isLessThanOrEqualTo(2 + 6 * 6);
    assertThat(wasted / looks).as("part that nobody used").isLessThan(0.45);
    assertThat((double) changes / looks).as("changes a look").isLessThan(0.1);
  }
}
