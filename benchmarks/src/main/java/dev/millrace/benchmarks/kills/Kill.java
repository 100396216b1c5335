// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import dev.millrace.benchmarks.measure.Labels;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is killed, and where. */
public enum Kill {
  /** The process of the command, at any moment. */
  CLIENT(null),
  /** The process, when a transaction began. */
  BEFORE_LEDGER("BEFORE_LEDGER"),
  /** The process, when the ledger was changed and the data not sent. */
  AFTER_LEDGER("AFTER_LEDGER"),
  /** The process, when the data was sent and not committed. */
  AFTER_DATA("AFTER_DATA"),
  /** The process, when the server has committed and nobody knows. */
  AFTER_COMMIT("AFTER_COMMIT"),
  /** The process, between two blocks that are read. */
  BETWEEN_BLOCKS("BETWEEN_BLOCKS"),
  /** The server, which starts again at once. */
  DATABASE(null),
  /** A TaskManager of a cluster, which starts the job again by itself. */
  TASKMANAGER(null),
  /** The JobManager of a cluster, which knows no job any more. */
  JOBMANAGER(null);

  private final @Nullable String point;

  Kill(@Nullable String point) {
    this.point = point;
  }

  /** The commit point that the process halts at by itself; null when it is killed from outside. */
  @Nullable String point() {
    return point;
  }

  /** Whether the copy runs on a cluster. */
  boolean needsCluster() {
    return this == TASKMANAGER || this == JOBMANAGER;
  }

  /**
   * The kill of a name such as {@code after-data}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Kill named(String name) {
    return Arrays.stream(values())
        .filter(kill -> kill.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid kill: %s (must be one of %s)"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(Kill::toString)
                                .collect(Collectors.joining(", ")))));
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
