// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a JVM at one moment.
 *
 * @param seconds since the run began
 * @param liveBytes heap in use right after a full collection
 * @param nonHeapRssBytes the resident set beyond the heap, null where the system does not tell; the
 *     heap must be resident as a whole ({@code -Xms}, {@code -XX:+AlwaysPreTouch})
 */
public record MemorySample(double seconds, long liveBytes, @Nullable Long nonHeapRssBytes)
    implements Serializable {}
