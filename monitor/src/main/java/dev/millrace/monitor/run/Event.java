// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.run;

import java.time.Instant;

/**
 * Something that was decided, or befell a run.
 *
 * @param time by the clock of the machine
 * @param kind as in {@code throttle}
 * @param text what, and why
 */
public record Event(Instant time, String kind, String text) {}
