// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How figures of a run went.
 *
 * @param seconds since its start, rising
 * @param values one for each of these, by figure; null where there was none
 */
public record Series(List<Double> seconds, Map<String, List<@Nullable Double>> values) {

  /** Of a run of which nothing was seen. */
  public static final Series EMPTY = new Series(List.of(), Map.of());
}
