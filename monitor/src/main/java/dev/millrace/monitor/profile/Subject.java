// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.profile;

import java.time.Instant;
import java.util.Map;

/**
 * The run that was recorded. Immutable.
 *
 * @param runId names the run
 * @param title what it did, as in {@code sync a into b}
 * @param runner on which, as in {@code direct}
 * @param began when the recording did
 * @param seconds that the run took
 * @param stages what they took by their own count, by name
 */
public record Subject(
    String runId,
    String title,
    String runner,
    Instant began,
    double seconds,
    Map<String, Measured> stages) {

  /** Takes it all. */
  public Subject {
    stages = Map.copyOf(stages);
  }
}
