// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import org.jspecify.annotations.Nullable;

/**
 * What a run did and took in all; what was not measured is null.
 *
 * @param rowsRead from sources
 * @param rowsWritten to targets, acknowledged
 * @param rowsRejected kept apart
 * @param bytes of the blocks read
 * @param seconds by the wall clock
 * @param cpuSeconds of all threads of its process
 * @param peakRssBytes that its process had resident at most
 */
public record Totals(
    @Nullable Long rowsRead,
    @Nullable Long rowsWritten,
    @Nullable Long rowsRejected,
    @Nullable Long bytes,
    @Nullable Double seconds,
    @Nullable Double cpuSeconds,
    @Nullable Long peakRssBytes) {

  /** Nothing measured. */
  public static final Totals NONE = new Totals(null, null, null, null, null, null, null);
}
