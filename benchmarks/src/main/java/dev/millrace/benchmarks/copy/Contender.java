// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.Labels;
import java.util.Optional;

/** Who copies the table. */
public enum Contender {
  /** Raw {@code COPY} out piped into {@code COPY} in: the practical limit. */
  PIPE(Kind.PIPE),
  /** Stock {@code JdbcIO} on the direct runner with its default flags. */
  JDBCIO_DIRECT(Kind.JDBCIO),
  /** Stock {@code JdbcIO} on an embedded Flink. */
  JDBCIO_FLINK(Kind.JDBCIO),
  /** Millrace on the direct runner with its default flags. */
  MILLRACE_DIRECT(Kind.MILLRACE),
  /** Millrace on an embedded Flink. */
  MILLRACE_FLINK(Kind.MILLRACE),
  /** {@link #MILLRACE_DIRECT} with a {@code Blocks.map} that changes every column. */
  MILLRACE_DIRECT_MAP(Kind.MILLRACE_MAP),
  /** {@link #MILLRACE_FLINK} with a {@code Blocks.map} that changes every column. */
  MILLRACE_FLINK_MAP(Kind.MILLRACE_MAP);

  private enum Kind {
    PIPE,
    JDBCIO,
    MILLRACE,
    MILLRACE_MAP
  }

  private final Kind kind;

  Contender(Kind kind) {
    this.kind = kind;
  }

  /** Whether it is the baseline, which may copy fewer rows. */
  boolean isBaseline() {
    return kind == Kind.JDBCIO;
  }

  /** Whether it runs {@link TouchEveryColumn} in between. */
  boolean isMapped() {
    return kind == Kind.MILLRACE_MAP;
  }

  /** Whether it can write in mode {@link Mode#LEDGER}. */
  boolean keepsLedger() {
    return kind == Kind.MILLRACE || kind == Kind.MILLRACE_MAP;
  }

  /** The stock pipeline that this one is compared with, on the same runner. */
  Optional<Contender> baseline() {
    return switch (this) {
      case PIPE, JDBCIO_DIRECT, JDBCIO_FLINK -> Optional.empty();
      case MILLRACE_DIRECT, MILLRACE_DIRECT_MAP -> Optional.of(JDBCIO_DIRECT);
      case MILLRACE_FLINK, MILLRACE_FLINK_MAP -> Optional.of(JDBCIO_FLINK);
    };
  }

  /** Copies; returns after the last commit. */
  void copy(Job job) throws Exception {
    switch (this) {
      case PIPE -> Pipe.copy(job);
      case JDBCIO_DIRECT -> StockJdbc.copy(job, Runner.DIRECT);
      case JDBCIO_FLINK -> StockJdbc.copy(job, Runner.FLINK);
      case MILLRACE_DIRECT, MILLRACE_DIRECT_MAP -> Blockwise.copy(job, Runner.DIRECT);
      case MILLRACE_FLINK, MILLRACE_FLINK_MAP -> Blockwise.copy(job, Runner.FLINK);
    }
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
