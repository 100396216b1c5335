// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a contender took, once.
 *
 * @param windows that it made
 * @param rows of bronze in these
 * @param seconds from before the start of its JVM to after its end
 * @param cpuSeconds of its JVMs together, user and system
 * @param peakRssBytes the most that its JVMs had resident at once; 0 unknown
 * @param jvms what the fresh JVMs cost that the command started for windows or stages; null of none
 */
record BackfillRun(
    Contender contender,
    int windows,
    long rows,
    double seconds,
    double cpuSeconds,
    long peakRssBytes,
    @Nullable JsonNode jvms) {

  double secondsPerWindow() {
    return seconds / windows;
  }

  double rowsPerSecond() {
    return rows / seconds;
  }
}
