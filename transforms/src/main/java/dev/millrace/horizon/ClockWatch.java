// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells when a server's clock was set back, by comparing what went by on it between two looks with
 * what went by here.
 *
 * <p>A clock of ours that is never set is preferred: that of this process, else that since this
 * machine was started. Between machines there is only the clock on the wall, which is given more
 * room. A clock that is slewed to another runs at most 500 ppm fast or slow.
 */
final class ClockWatch {

  private static final Duration ROOM = Duration.ofMillis(250);
  private static final Duration ROOM_BY_WALL = Duration.ofSeconds(5);
  private static final long SLEW = 2_000;

  private ClockWatch() {}

  /**
   * How far the server's clock is behind where it must be; empty when it is not.
   *
   * @param server its clock at the look before, read by the server before {@code machine} here
   * @param machine when that look's answer was here
   * @param serverNow its clock now, read by the server after {@code machineNow} here
   * @param machineNow when this look's question left here
   */
  static Optional<Duration> setBack(
      Instant server, MachineTime machine, Instant serverNow, MachineTime machineNow) {
    Duration room = ROOM;
    Duration passed;
    if (machine.process().equals(machineNow.process())) {
      passed = Duration.ofNanos(machineNow.nanos() - machine.nanos());
    } else if (!machine.boot().isEmpty() && machine.boot().equals(machineNow.boot())) {
      passed = Duration.ofMillis(machineNow.uptime() - machine.uptime());
    } else {
      passed = Duration.ofMillis(machineNow.wall() - machine.wall());
      room = ROOM_BY_WALL;
    }
    // Whatever a clock here says, the looks came one after the other.
    if (passed.isNegative()) {
      passed = Duration.ZERO;
      room = Duration.ZERO;
    }
    Duration behind = passed.minus(Duration.between(server, serverNow));
    return behind.compareTo(room.plus(passed.dividedBy(SLEW))) > 0
        ? Optional.of(behind)
        : Optional.empty();
  }
}
