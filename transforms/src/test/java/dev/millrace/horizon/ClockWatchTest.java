// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockWatchTest {

  private static final Instant SERVER = Instant.parse("2026-01-01T00:00:00Z");

  /** The machine after some seconds by each of its clocks. */
  private static MachineTime machine(
      String process, double nanos, String boot, double uptime, double wall) {
    return new MachineTime(
        process, (long) (nanos * 1e9), boot, (long) (uptime * 1e3), (long) (wall * 1e3));
  }

  @ParameterizedTest
  @CsvSource({
    // Seconds on the server, by this process, since the start, on the wall; how far behind.
    "10, 10, 0, 0, ",
    "9.8, 10, 0, 0, ",
    "9.7, 10, 0, 0, 0.3",
    "-5, 0.1, 99, 99, 5.1",
    // A clock that is slewed.
    "9995, 10000, 0, 0, ",
    "9994, 10000, 0, 0, 6",
    // Ahead is no matter.
    "100, 10, 0, 0, ",
  })
  void setBack_shouldPreferTheClockOfTheProcess(
      double server, double nanos, double uptime, double wall, Double behind) {
    assertThat(
            ClockWatch.setBack(
                SERVER,
                machine("p", 0, "b", 0, 0),
                SERVER.plusMillis((long) (server * 1000)),
                machine("p", nanos, "b", uptime, wall)))
        .isEqualTo(
            Optional.ofNullable(behind).map(seconds -> Duration.ofMillis((long) (seconds * 1000))));
  }

  @ParameterizedTest
  @CsvSource({
    "b, b, 10, 0, 9.9, false",
    "b, b, 10, 0, 9.5, true",
    "b, b, 10, 99, 9.9, false",
    "b, c, 99, 10, 6, false",
    "b, c, 99, 10, 4.9, true",
    "'', '', 99, 10, 6, false",
    "'', '', 99, 10, 4.9, true",
    // A clock on the wall that was set back itself: still the looks came in order.
    "b, c, 99, -10, 0.1, false",
    "b, c, 99, -10, -0.1, true",
  })
  void setBack_shouldTakeTheBestClockThatBothHave(
      String boot, String bootNow, double uptime, double wall, double server, boolean back) {
    assertThat(
            ClockWatch.setBack(
                SERVER,
                machine("p", 5, boot, 0, 0),
                SERVER.plusMillis((long) (server * 1000)),
                machine("q", 0, bootNow, uptime, wall)))
        .matches(behind -> behind.isPresent() == back);
  }

  @Test
  void here_shouldCountForward() {
    MachineTime first = MachineTime.here();
    MachineTime second = MachineTime.here();
    assertThat(second.process()).isEqualTo(first.process());
    assertThat(second.boot()).isEqualTo(first.boot());
    assertThat(second.nanos()).isGreaterThan(first.nanos());
    assertThat(second.uptime()).isGreaterThanOrEqualTo(first.uptime());
    assertThat(first.until(first.nanos() + 3_000_000_000L))
        .isEqualTo(
            new MachineTime(
                first.process(),
                first.nanos() + 3_000_000_000L,
                first.boot(),
                first.uptime() + 3_000,
                first.wall() + 3_000));
  }
}
