// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.benchmarks.measure.Labels;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who makes the windows. */
public enum Contender {
  /** Stock {@code JdbcIO} that reads whole tables for each window, and filters in the pipeline. */
  NAIVE(Runner.DIRECT, false),
  /** Stock {@code JdbcIO} that asks the server for the window's rows. */
  WINDOW(Runner.DIRECT, true),
  /** {@link #NAIVE} on an embedded Flink, which hands rows on without collecting them. */
  NAIVE_FLINK(Runner.FLINK, false),
  /** {@link #WINDOW} on an embedded Flink. */
  WINDOW_FLINK(Runner.FLINK, true),
  /** {@code millrace backfill} as it comes. */
  MILLRACE_NONE("--isolate=none"),
  /** With each window in a fresh JVM. */
  MILLRACE_WINDOW("--isolate=window"),
  /** With each stage of each window in a fresh JVM. */
  MILLRACE_STAGE("--isolate=stage"),
  /** As it comes, but one window at a time. */
  MILLRACE_CONCURRENT_1("--concurrent=1"),
  /** As it comes, but that each pipeline has two threads, and not its share of the processors. */
  MILLRACE_PARALLELISM_2("--parallelism=2");

  private final @Nullable Runner runner;
  private final boolean pushesDown;
  private final String argument;

  Contender(Runner runner, boolean pushesDown) {
    this.runner = runner;
    this.pushesDown = pushesDown;
    this.argument = "";
  }

  Contender(String argument) {
    this.runner = null;
    this.pushesDown = true;
    this.argument = argument;
  }

  /** Those on the direct runner, which {@code millrace backfill} takes by itself. */
  static Set<Contender> onDirect() {
    return Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(NAIVE_FLINK, WINDOW_FLINK)));
  }

  /** Where a stock pipeline runs; null of Millrace. */
  @Nullable Runner runner() {
    return runner;
  }

  /** Whether the server is asked for a window's rows and not for all. */
  boolean pushesDown() {
    return pushesDown;
  }

  /** What the command is called with; empty of a stock pipeline. */
  String argument() {
    return argument;
  }

  /** Whether it starts JVMs of its own for its work. */
  boolean isIsolated() {
    return this == MILLRACE_WINDOW || this == MILLRACE_STAGE;
  }

  /** The name to be called by. */
  @Override
  public String toString() {
    return Labels.of(this);
  }
}
