// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.benchmarks.measure.Labels;

/** Who spreads the table, and where its connections come from. */
public enum Contender {
  /**
   * Stock {@code JdbcIO} with the pool that comes with it, {@code PoolableDataSourceProvider}: one
   * for all stages of a JVM, as their configurations are equal, of 8 connections.
   */
  JDBCIO_DIRECT(Runner.DIRECT),
  JDBCIO_FLINK(Runner.FLINK),
  /** Stock {@code JdbcIO} with a HikariCP for each stage, as large as the stage has threads. */
  JDBCIO_POOLS_DIRECT(Runner.DIRECT),
  JDBCIO_POOLS_FLINK(Runner.FLINK),
  /** Millrace with at most 8 connections that write. */
  MILLRACE_DIRECT(Runner.DIRECT),
  MILLRACE_FLINK(Runner.FLINK);

  private final Runner runner;

  Contender(Runner runner) {
    this.runner = runner;
  }

  Runner runner() {
    return runner;
  }

  boolean isMillrace() {
    return this == MILLRACE_DIRECT || this == MILLRACE_FLINK;
  }

  /** Spreads; returns after the last commit. */
  void spread(StageJob job) throws Exception {
    switch (this) {
      case JDBCIO_DIRECT, JDBCIO_FLINK -> StockFanOut.withItsOwnPool(job);
      case JDBCIO_POOLS_DIRECT, JDBCIO_POOLS_FLINK -> StockFanOut.withAPoolForEachStage(job);
      case MILLRACE_DIRECT, MILLRACE_FLINK -> StageMain.spread(job);
    }
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
