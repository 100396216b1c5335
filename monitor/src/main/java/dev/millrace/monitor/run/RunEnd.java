// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param ended by the clock of the machine
 * @param status any but {@link Status#RUNNING}
 * @param exitCode of its process
 * @param error the sentence it failed with; null if it did not
 * @param totals what it did and took
 * @param summary one JSON object, as the command prints it
 */
public record RunEnd(
    Instant ended,
    Status status,
    int exitCode,
    @Nullable String error,
    Totals totals,
    String summary) {}
