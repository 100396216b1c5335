// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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
    implements Serializable {

  /**
   * How something changed over the second half of a run: in the first, code is still compiled.
   *
   * @return null where there are too few samples to tell
   */
  public static @Nullable Trend trend(
      List<MemorySample> samples, Function<MemorySample, @Nullable Long> bytes) {
    List<Trend.Point> points = new ArrayList<>();
    for (MemorySample sample : samples.subList(samples.size() / 2, samples.size())) {
      Long value = bytes.apply(sample);
      if (value != null) {
        points.add(new Trend.Point(sample.seconds(), value));
      }
    }
    return points.size() < 3 ? null : Trend.of(points);
  }
}
