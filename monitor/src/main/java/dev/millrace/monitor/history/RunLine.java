// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.run.Status;
import dev.millrace.monitor.run.Totals;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run as a list has it.
 *
 * @param id sorts by time
 * @param command as in {@code sync}
 * @param pipeline what it works on
 * @param runner as in {@code direct}
 * @param configurationHash the same for equal configurations
 * @param code the version of the program
 * @param host that it ran on
 * @param started by the clock of that host
 * @param seen when its process last wrote
 * @param ended null unless it did
 * @param status how it stands or ended
 * @param stalled whether it runs and nothing has moved for some seconds
 * @param exitCode null unless it ended with one
 * @param error the sentence it failed with; null if it did not
 * @param totals what it did so far
 */
public record RunLine(
    String id,
    String command,
    String pipeline,
    String runner,
    String configurationHash,
    String code,
    String host,
    Instant started,
    Instant seen,
    @Nullable Instant ended,
    Status status,
    boolean stalled,
    @Nullable Integer exitCode,
    @Nullable String error,
    Totals totals) {}
