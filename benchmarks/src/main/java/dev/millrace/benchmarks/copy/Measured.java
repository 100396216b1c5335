// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.MemorySample;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a child JVM measured of itself.
 *
 * @param seconds from before the first connection to after the last commit
 * @param cpuSeconds user and system, since the JVM started
 * @param peakRssBytes the largest resident set, null where the system does not tell
 * @param samples of its memory, none unless asked for
 */
record Measured(
    double seconds, double cpuSeconds, @Nullable Long peakRssBytes, List<MemorySample> samples)
    implements Serializable {}
