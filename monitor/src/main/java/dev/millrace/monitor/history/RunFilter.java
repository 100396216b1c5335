// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.run.Status;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which runs of a history are wanted; null stands for any.
 *
 * @param command as in {@code sync}
 * @param pipeline what they work on
 * @param configurationHash of their configuration
 * @param status how they stand
 * @param since when they started at the earliest
 * @param before the identity of the run before which they started, for the next page of a list
 * @param most how many at most, the latest, from 1 to 100,000
 */
public record RunFilter(
    @Nullable String command,
    @Nullable String pipeline,
    @Nullable String configurationHash,
    @Nullable Status status,
    @Nullable Instant since,
    @Nullable String before,
    int most) {

  private static final int HIGHEST = 100_000;

  public RunFilter {
    if (most < 1 || most > HIGHEST) {
      throw new IllegalArgumentException(
          "Invalid number of runs: %d (must be from 1 to %d)".formatted(most, HIGHEST));
    }
  }

  /** The latest, of any kind. */
  public static RunFilter latest(int most) {
    return new RunFilter(null, null, null, null, null, null, most);
  }

  /** The same, and of one status. */
  public RunFilter with(Status wanted) {
    return new RunFilter(command, pipeline, configurationHash, wanted, since, before, most);
  }

  /** The same, and of one pipeline. */
  public RunFilter of(String wanted) {
    return new RunFilter(command, wanted, configurationHash, status, since, before, most);
  }

  /** The same, and of one configuration. */
  public RunFilter configured(String wantedHash) {
    return new RunFilter(command, pipeline, wantedHash, status, since, before, most);
  }

  /** The same, and of one command. */
  public RunFilter ofCommand(String wanted) {
    return new RunFilter(wanted, pipeline, configurationHash, status, since, before, most);
  }

  /** The same, and started then or later. */
  public RunFilter since(Instant earliest) {
    return new RunFilter(command, pipeline, configurationHash, status, earliest, before, most);
  }

  /** The same, and started before a run of the list. */
  public RunFilter before(String id) {
    return new RunFilter(command, pipeline, configurationHash, status, since, id, most);
  }
}
