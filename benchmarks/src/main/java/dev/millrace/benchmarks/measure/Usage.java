// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What this process has used of its machine. */
public final class Usage {

  private static final Path STATUS = Path.of("/proc/self/status");

  private Usage() {}

  /** User and system CPU seconds since this JVM started, its compiler and collector included. */
  public static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e9;
  }

  /** The largest resident set so far in bytes, or null where the system does not tell. */
  public static @Nullable Long peakRssBytes() throws IOException {
    return status("VmHWM:");
  }

  /** The resident set now in bytes, or null where the system does not tell. */
  public static @Nullable Long rssBytes() throws IOException {
    return status("VmRSS:");
  }

  private static @Nullable Long status(String field) throws IOException {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(field)) {
          String kibibytes = line.substring(field.length()).replace("kB", "").strip();
          return Long.parseLong(kibibytes) * 1024;
        }
      }
      return null;
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
