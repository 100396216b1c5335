// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An alert of a run that fired.
 *
 * @param run by its identity
 * @param pipeline what the run works on
 * @param name of its rule
 * @param severity as in {@code warning}
 * @param fired when it began to fire, by the clock of the run's machine
 * @param resolved when it was, at the end of the run at the latest, to the second; null while it
 *     fires, and where the run is lost
 * @param firing whether it fires now, in a run that runs
 * @param sentence what is or was wrong
 */
public record FiredAlert(
    String run,
    String pipeline,
    String name,
    String severity,
    Instant fired,
    @Nullable Instant resolved,
    boolean firing,
    String sentence) {}
