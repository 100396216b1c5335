// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.measure.Labels;

/** Who makes the newest hours, and whose memory is looked at. */
public enum HourlyContender {
  /** Stock {@code JdbcIO} that reads whole tables and filters in the pipeline: its one JVM. */
  NAIVE("the JVM of all runs"),
  /** {@code millrace hourly}, run after run in one JVM: this. */
  MILLRACE_NONE("the JVM of all runs"),
  /** {@code millrace schedule}, which has each run in a fresh JVM: itself. */
  MILLRACE_SCHEDULE("the scheduler"),
  /** {@code millrace hourly} on a Flink cluster: its one TaskManager. */
  MILLRACE_FLINK("the TaskManager");

  private final String stays;

  HourlyContender(String stays) {
    this.stays = stays;
  }

  /** The process that stays. */
  String stays() {
    return stays;
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
