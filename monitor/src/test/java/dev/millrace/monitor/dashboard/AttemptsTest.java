// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import static dev.millrace.monitor.dashboard.Attempts.Verdict.RIGHT;
import static dev.millrace.monitor.dashboard.Attempts.Verdict.TOO_MANY;
import static dev.millrace.monitor.dashboard.Attempts.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import com.google.common.net.InetAddresses;
import dev.millrace.monitor.dashboard.Attempts.Verdict;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AttemptsTest {

  private static final String TOKEN = "t".repeat(32);

  private final AtomicLong nanos = new AtomicLong();
  private final Ticker ticker =
      new Ticker() {
        @Override
        public long read() {
          return nanos.get();
        }
      };
  private final Attempts attempts = new Attempts(Token.of(TOKEN), ticker);

  private Verdict judge(String from, String token) {
    return attempts.judge(InetAddresses.forString(from), token);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void judge_shouldCompareFiveWrongOnesAMinute() {
    int compared = 0;
    for (int second = 0; second < 600; second++) {
      if (judge("192.0.2.1", "wrong") == WRONG) {
        compared++;
      }
      pass(Duration.ofSeconds(1));
    }
    assertThat(compared).isEqualTo(50);
  }

  @Test
  void judge_shouldNotLookAtTheRightOne_afterTooManyWrongOnes() {
    for (int i = 0; i < Attempts.MOST; i++) {
      assertThat(judge("192.0.2.1", "wrong")).isEqualTo(WRONG);
      assertThat(judge("192.0.2.1", i < Attempts.MOST - 1 ? TOKEN : "x"))
          .isEqualTo(i < Attempts.MOST - 1 ? RIGHT : TOO_MANY);
    }
    assertThat(judge("192.0.2.1", TOKEN)).isEqualTo(TOO_MANY);
    assertThat(judge("192.0.2.2", TOKEN)).isEqualTo(RIGHT);

    pass(Attempts.WINDOW);
    assertThat(judge("192.0.2.1", TOKEN)).isEqualTo(RIGHT);
  }

  @Test
  void judge_shouldCountANetworkAsOne_inIpv6() {
    for (int i = 0; i < Attempts.MOST; i++) {
      assertThat(judge("2001:db8::" + i, "wrong")).isEqualTo(WRONG);
    }
    assertThat(judge("2001:db8::ffff", TOKEN)).isEqualTo(TOO_MANY);
    assertThat(judge("2001:db8:0:1::1", TOKEN)).isEqualTo(RIGHT);
  }

  @Test
  void sessions_shouldEnd_whenNobodyAsksForTwelveHours() {
    Sessions sessions = new Sessions(ticker);
    String word = sessions.begin();
    assertThat(word).hasSize(43).isNotEqualTo(sessions.begin());
    for (int day = 0; day < 3; day++) {
      pass(Sessions.IDLE.minusSeconds(1));
      assertThat(sessions.has(word)).isTrue();
    }
    assertThat(sessions.has(word + "x")).isFalse();
    pass(Sessions.IDLE);
    assertThat(sessions.has(word)).isFalse();
  }
}
