// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The most memory that this process has held, by the operating system's own book. */
final class PeakMemory {

  private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB$");

  private PeakMemory() {}

  /** Peak resident bytes of this process; empty where there is no {@code /proc}. */
  static OptionalLong residentBytes() {
    try {
      return parse(Files.readString(Path.of("/proc/self/status")));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  static OptionalLong parse(String status) {
    Matcher peak = PEAK.matcher(status);
    return peak.find()
        ? OptionalLong.of(Long.parseLong(peak.group(1)) * 1024)
        : OptionalLong.empty();
  }
}
