// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.stream;

import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.benchmarks.measure.Labels;

/** Who generates rows and writes them. */
public enum Contender {
  /** A {@code DoFn} that outputs the rows of its range, and {@code JdbcIO}. */
  JDBCIO_DIRECT(Runner.DIRECT),
  MILLRACE_DIRECT(Runner.DIRECT),
  MILLRACE_FLINK(Runner.FLINK);

  private final Runner runner;

  Contender(Runner runner) {
    this.runner = runner;
  }

  Runner runner() {
    return runner;
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
