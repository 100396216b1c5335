// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetryTest {

  private static final String DEADLOCK = "40P01";

  private final AtomicInteger attempts = new AtomicInteger();

  /** Fails so many times, and then gives the number of the attempt. */
  private int fail(int times, String state) throws SQLException {
    int attempt = attempts.incrementAndGet();
    if (attempt <= times) {
      throw new SQLException("failure " + attempt, state);
    }
    return attempt;
  }

  @Test
  void call_shouldTryAgain_untilItSucceeds() throws SQLException {
    assertThat(Retry.DEFAULT.call("write", () -> fail(3, DEADLOCK))).isEqualTo(4);
  }

  @Test
  void call_shouldTryOnce_whatFailsForGood() {
    assertThatThrownBy(() -> Retry.DEFAULT.call("write", () -> fail(3, "42501")))
        .isInstanceOf(SQLException.class)
        .hasMessage("failure 1")
        .hasNoSuppressedExceptions();
    assertThat(attempts).hasValue(1);
  }

  @Test
  void call_shouldTryOnce_withoutABudget() {
    Retry once = new Retry(Duration.ZERO);

    assertThatThrownBy(() -> once.call("write", () -> fail(3, DEADLOCK))).hasMessage("failure 1");
    assertThat(attempts).hasValue(1);
  }

  @Test
  void call_shouldTellWhatWasTried_whenTheBudgetIsSpent() {
    Retry brief = new Retry(Duration.ofMillis(300));

    SQLException failure =
        catchThrowableOfType(
            SQLException.class, () -> brief.call("write to t", () -> fail(1000, DEADLOCK)));

    int made = attempts.get();
    assertThat(made).isGreaterThan(1);
    assertThat(failure.getMessage())
        .matches(
            "Cannot write to t: tried %d times in \\d s; the last time: failure %d"
                .formatted(made, made));
    assertThat(failure.getSQLState()).isEqualTo(DEADLOCK);
    assertThat(failure.getSuppressed()).hasSize(made - 1);
  }

  @Test
  void failed_shouldThrow_whenTheBudgetIsSpent() throws SQLException {
    Outage outage = new Outage(new Retry(Duration.ofMillis(50)), "read t");
    SQLException lost = new SQLException("lost", "08006");
    outage.failed(lost);
    outage.over();

    assertThatThrownBy(
            () -> {
              while (true) {
                outage.failed(new SQLException("lost again", "08006"));
              }
            })
        .isInstanceOf(SQLException.class)
        .hasMessageMatching("Cannot read t: tried \\d+ times in \\d+ s; the last time: lost again");
    assertThat(lost.getSuppressed()).isEmpty();
  }

  @Property
  void delay_shouldLieBetweenNothingAndTheLongest(@ForAll @IntRange(min = 1, max = 1000) int made) {
    assertThat(Retry.delay(made)).isBetween(Duration.ZERO, Retry.LONGEST);
    if (made == 1) {
      assertThat(Retry.delay(made)).isLessThanOrEqualTo(Retry.FIRST);
    }
  }
}
