// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AimdLimitTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MIB = 1L << 20;

  /**
   * A database that works on some transactions at a time, each slower by what waits behind them,
   * and that gets into a jam when there are too many: each then takes longer by the square.
   */
  private record Database(int servers, double secondsEach, int jam) {
    double seconds(int inside) {
      double wait = Math.max(1, (double) inside / servers);
      double jammed = inside > jam ? Math.pow((double) inside / jam, 2) : 1;
      return secondsEach * wait * jammed;
    }
  }

  /** The mean limit over the second half of some rounds in which all that may write do. */
  private static double settled(AimdLimit limit, Database database, int writers, long seed) {
    Random random = new Random(seed);
    double clock = 0;
    double sum = 0;
    int rounds = 2000;
    for (int round = 0; round < rounds; round++) {
      int inside = Math.min(writers, limit.limit());
      double seconds = database.seconds(inside) * (0.8 + 0.4 * random.nextDouble());
      clock += seconds;
      for (int i = 0; i < inside; i++) {
        limit.done((long) (seconds * SECOND), MIB, inside, (long) (clock * SECOND));
      }
      sum += round >= rounds / 2 ? limit.limit() : 0;
    }
    return sum / (rounds / 2.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void limit_shouldStayAtTheCap_whileAllIsQuick(long seed) {
    AimdLimit limit = new AimdLimit(16);

    assertThat(settled(limit, new Database(8, 0.1, 100), 16, seed)).isEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void limit_shouldSettleBelowTheJam(long seed) {
    AimdLimit limit = new AimdLimit(64);
    limit.done((long) (0.1 * SECOND), MIB, 1, 0);

    assertThat(settled(limit, new Database(4, 0.1, 16), 64, seed)).isBetween(4.0, 16.0);
  }

  @Test
  void congested_shouldHalveWhatIsInUse_onceForOneIncident() {
    AimdLimit limit = new AimdLimit(16);

    assertThat(limit.congested(8, 10 * SECOND)).isTrue();
    assertThat(limit.limit()).isEqualTo(4);
    assertThat(limit.congested(4, 10 * SECOND + SECOND / 2)).isFalse();
    assertThat(limit.limit()).isEqualTo(4);
    assertThat(limit.congested(4, 12 * SECOND)).isTrue();
    assertThat(limit.limit()).isEqualTo(2);
    assertThat(limit.congested(1, 14 * SECOND)).isTrue();
    assertThat(limit.limit()).isEqualTo(1);
    assertThat(limit.congested(1, 16 * SECOND)).as("someone must go on").isFalse();
  }

  @Test
  void done_shouldRaiseByOneInARound_whileAllOfItIsUsed() {
    AimdLimit limit = new AimdLimit(4);
    limit.congested(1, SECOND);

    limit.done(SECOND / 100, MIB, 1, 2 * SECOND);
    assertThat(limit.limit()).isEqualTo(2);
    limit.done(SECOND / 100, MIB, 1, 2 * SECOND);
    limit.done(SECOND / 100, MIB, 1, 2 * SECOND);
    assertThat(limit.limit()).as("more is not wanted").isEqualTo(2);
    for (int i = 0; i < 20; i++) {
      limit.done(SECOND / 100, MIB, limit.limit(), 2 * SECOND);
    }
    assertThat(limit.limit()).isEqualTo(4);
  }

  @Test
  void done_shouldNotTakeSmallTransactionsForSlowOnes() {
    AimdLimit limit = new AimdLimit(4);
    for (int i = 0; i < 100; i++) {
      limit.done(SECOND / 10, 4 * MIB, 4, i * SECOND);
      assertThat(limit.done(SECOND / 2, 100, 4, i * SECOND)).isFalse();
    }
    assertThat(limit.limit()).isEqualTo(4);
  }

  @Test
  void done_shouldGetUsedToADatabaseThatHasBecomeSlower() {
    AimdLimit limit = new AimdLimit(8);
    limit.done(SECOND / 10, MIB, 8, 0);
    for (int i = 1; i <= 3600; i++) {
      limit.done(SECOND, MIB, limit.limit(), i * SECOND);
    }

    assertThat(limit.limit()).isEqualTo(8);
  }

  @Test
  void cap_shouldBeOneOrMore() {
    assertThatThrownBy(() -> new AimdLimit(0)).hasMessage("Invalid cap: 0 (must be 1 or more)");
  }
}
