// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/**
 * The time as a machine of ours counts it, by every clock that it has: which of them two readings
 * can be compared by depends on where they were taken.
 *
 * @param process that read {@code nanos}
 * @param nanos counted without steps within a process
 * @param boot of the machine that read {@code uptime}, empty where that is not known
 * @param uptime milliseconds counted without steps since the machine was started
 * @param wall milliseconds since 1970, by a clock that may be set
 */
record MachineTime(String process, long nanos, String boot, long uptime, long wall) {

  private static final String PROCESS = UUID.randomUUID().toString();
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path UPTIME = Path.of("/proc/uptime");

  /** The time now, here. */
  static MachineTime here() {
    long nanos = System.nanoTime();
    long wall = Clock.systemUTC().millis();
    try {
      String uptime = Files.readString(UPTIME).split(" ", 2)[0];
      return new MachineTime(
          PROCESS,
          nanos,
          Files.readString(BOOT).strip(),
          (long) (Double.parseDouble(uptime) * 1000),
          wall);
    } catch (IOException otherSystem) {
      return new MachineTime(PROCESS, nanos, "", 0, wall);
    }
  }

  /** The time after this one, read in the same process. */
  MachineTime until(long laterNanos) {
    long millis = Duration.ofNanos(laterNanos - nanos).toMillis();
    return new MachineTime(process, laterNanos, boot, uptime + millis, wall + millis);
  }
}
