// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.stream;

import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.benchmarks.measure.Labels;

/** Who generates rows and writes them. */
public enum Contender {
  /** A {@code DoFn} that outputs the rows of its range, and {@code JdbcIO}. */
  JDBCIO_DIRECT("jdbcio-direct", Runner.DIRECT),
  MILLRACE_DIRECT("millrace-direct", Runner.DIRECT),
  MILLRACE_FLINK("millrace-flink", Runner.FLINK);

  private final String label;
  private final Runner runner;

  Contender(String label, Runner runner) {
    this.label = label;
    this.runner = runner;
  }

  /**
   * The contender of a name such as {@code millrace-flink}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Contender named(String label) {
    return Labels.named(values(), label);
  }

  Runner runner() {
    return runner;
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return label;
  }
}
