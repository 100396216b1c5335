// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.observe.ResidentMemory;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What this process has used of its machine. */
public final class Usage {

  private Usage() {}

  /** User and system CPU seconds since this JVM started, its compiler and collector included. */
  public static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e9;
  }

  /** The largest resident set so far in bytes, or null where the system does not tell. */
  public static @Nullable Long peakRssBytes() {
    OptionalLong peak = ResidentMemory.peakBytes();
    return peak.isPresent() ? peak.getAsLong() : null;
  }
}
