// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BarriersTest {

  private static Barriers of(long... values) {
    Barriers barriers = Barriers.NONE;
    for (long value : values) {
      barriers = barriers.plus(value, at(value));
    }
    return barriers;
  }

  /** A number is drawn at its own second. */
  private static Instant at(long second) {
    return Instant.ofEpochSecond(second);
  }

  @Test
  void closed_shouldBeTheGreatestThatIsPassed() {
    Barriers barriers = of(1, 5, 9);
    assertThat(barriers.closed(at(1))).isEmpty();
    assertThat(barriers.closed(at(6))).contains(5L);
    assertThat(barriers.closed(at(10))).contains(9L);
    assertThat(barriers.open(at(6))).isEqualTo(of(9));
  }

  @Test
  void plus_shouldKeepTheFirstTimeOfANumber() {
    assertThat(of(3).plus(3, at(8))).isEqualTo(of(3));
  }

  @Test
  void plus_shouldThinOutEvenly() {
    Barriers barriers = of(LongStream.rangeClosed(1, 1000).toArray());
    assertThat(barriers.list()).hasSize(Barriers.MOST);
    assertThat(barriers.closed(at(2))).contains(1L);
    assertThat(barriers.closed(at(1001))).contains(1000L);
    for (long second = 2; second <= 1001; second++) {
      assertThat(barriers.closed(at(second)).orElseThrow()).isGreaterThan(second - 200);
    }
  }
}
