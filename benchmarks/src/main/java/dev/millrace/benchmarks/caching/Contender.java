// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import dev.millrace.benchmarks.copy.Runner;

/** Who enriches the visits. */
public enum Contender {
  /** {@code JdbcIO} and a {@code DoFn} that asks for each row, by a prepared statement. */
  QUERY_DIRECT("query-direct", Runner.DIRECT),
  QUERY_FLINK("query-flink", Runner.FLINK),
  /** The same, with a Caffeine that all threads share, of as many entries as Millrace's heap. */
  CACHE_DIRECT("cache-direct", Runner.DIRECT),
  CACHE_FLINK("cache-flink", Runner.FLINK),
  /** Millrace, which asks for the distinct keys of each block anew. */
  UNCACHED_DIRECT("millrace-uncached-direct", Runner.DIRECT),
  UNCACHED_FLINK("millrace-uncached-flink", Runner.FLINK),
  /** Millrace as it comes. */
  MILLRACE_DIRECT("millrace-direct", Runner.DIRECT),
  MILLRACE_FLINK("millrace-flink", Runner.FLINK);

  private final String label;
  private final Runner runner;

  Contender(String label, Runner runner) {
    this.label = label;
    this.runner = runner;
  }

  Runner runner() {
    return runner;
  }

  /** Who does one query a row on the same runner. */
  Contender baseline() {
    return runner == Runner.DIRECT ? QUERY_DIRECT : QUERY_FLINK;
  }

  /** Looks each visit's account up, and tells what came of it. */
  LookupMain.Sums enrich(LookupJob job) {
    return switch (this) {
      case QUERY_DIRECT, QUERY_FLINK -> StockLookup.enrich(job, false);
      case CACHE_DIRECT, CACHE_FLINK -> StockLookup.enrich(job, true);
      case UNCACHED_DIRECT, UNCACHED_FLINK -> BlockLookup.enrich(job, false);
      case MILLRACE_DIRECT, MILLRACE_FLINK -> BlockLookup.enrich(job, true);
    };
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return label;
  }
}
