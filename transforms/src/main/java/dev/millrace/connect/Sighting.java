// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a session was doing when it was looked at.
 *
 * @param query the beginning of its latest statement, on one line
 * @param age since that began
 * @param blockers who holds the lock that it waits for; null if it waits for none
 * @param waited since it began to wait for it
 */
record Sighting(String query, Duration age, @Nullable String blockers, Duration waited) {

  private static final int QUERY_LENGTH = 80;

  Sighting {
    String line = query.replaceAll("\\s+", " ").strip();
    query = line.length() > QUERY_LENGTH ? line.substring(0, QUERY_LENGTH) + "..." : line;
  }

  boolean isWaiting() {
    return blockers != null;
  }

  String sentence() {
    String ran = "\"%s\" was at it for %d s".formatted(query, age.toSeconds());
    return blockers == null ? ran : ran + ", waiting for a lock that " + holder() + " held";
  }

  /** Who holds the lock that it waits for. */
  String holder() {
    return blockers == null || blockers.isEmpty() ? "another" : blockers;
  }
}
