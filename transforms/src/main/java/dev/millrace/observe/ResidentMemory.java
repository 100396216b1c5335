// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The memory that this process has of its machine, by the operating system's own book: that of the
 * heap, of what is beyond it, and of the JVM itself. Known where there is {@code
 * /proc/self/status}. Safe for use by several threads.
 */
public final class ResidentMemory {

  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentMemory() {}

  /** Bytes now; empty where it is not known. */
  public static OptionalLong bytes() {
    return read("VmRSS:");
  }

  /** Bytes that it has had at most so far; empty where it is not known. */
  public static OptionalLong peakBytes() {
    return read("VmHWM:");
  }

  private static OptionalLong read(String field) {
    try {
      return parse(Files.readString(STATUS, StandardCharsets.UTF_8), field);
    } catch (IOException none) {
      return OptionalLong.empty();
    }
  }

  /** The bytes of a field of which the system tells kibibytes; empty if it tells none. */
  static OptionalLong parse(String status, String field) {
    return status
        .lines()
        .filter(line -> line.startsWith(field) && line.endsWith(" kB"))
        .mapToLong(
            line -> Long.parseLong(line.substring(field.length(), line.length() - 3).strip()))
        .map(kibibytes -> kibibytes << 10)
        .findFirst();
  }
}
