// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A process that cannot be mistaken for another: the number that the system gave it, and when it
 * started. A number is given again once its process has ended.
 *
 * @param pid its number
 * @param started on Linux the boot and the clock tick of its start, which no change of the clock
 *     moves; elsewhere the instant
 */
record ProcessId(long pid, String started) {

  private static final int START_TICK = 19; // of the fields after the name; see proc(5)

  static ProcessId of(ProcessHandle process) {
    return new ProcessId(process.pid(), started(process));
  }

  /** Reads what {@link #toString} wrote. */
  static ProcessId parse(String text) {
    int space = text.indexOf(' ');
    return new ProcessId(
        Long.parseLong(text.substring(0, space)), text.substring(space + 1).strip());
  }

  /** This process, if it still runs. */
  Optional<ProcessHandle> find() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> started(process).equals(started));
  }

  @Override
  public String toString() {
    return pid + " " + started;
  }

  private static String started(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      // The name may hold blanks and brackets.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + fields[START_TICK];
    } catch (IOException e) {
      return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }
  }
}
