// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import dev.millrace.pipelines.airquality.Unit;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import dev.millrace.runners.child.Child;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.CommonOptions;
import dev.millrace.runners.option.DurationConverter;
import dev.millrace.runners.option.NumberConverter;
import dev.millrace.runners.option.WordConverter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code backfill} and {@code hourly} share. */
final class BackfillOptions {

  private static final Duration DRAIN = Duration.ofSeconds(20);
  private static final Duration TERM = Duration.ofSeconds(20);
  private static final int MOST_WORKERS = 64;
  private static final int MOST_RETRIES = 100;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "JDBC_URL",
      description = "The database of the medallion.")
  String target = "";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "A folder with files of the UCI data set, whose bronze is made first where a file is new",
        "or another; default: bronze is there."
      })
  @Nullable Path data;

  @Option(
      names = "--isolate",
      paramLabel = "HOW",
      defaultValue = "none",
      converter = IsolationConverter.class,
      description = {
        "none (default): all in this process; window: each window in a fresh JVM;",
        "stage: each stage of each window in one."
      })
  Isolation isolate = Isolation.NONE;

  @Option(
      names = "--concurrent",
      paramLabel = "N",
      converter = WorkersConverter.class,
      description = "Units done at a time, 1 to 64; default: 2, on a cluster 1.")
  @Nullable Integer concurrent;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "1",
      converter = RetriesConverter.class,
      description = "How often a unit that failed is tried again, 0 to 100; default: 1.")
  int retries = 1;

  @Option(
      names = "--unit-timeout",
      paramLabel = "DURATION",
      defaultValue = "2h",
      converter = DurationConverter.class,
      description = "How long an attempt of a unit may take; default: 2h.")
  Duration timeout = Duration.ofHours(2);

  @Option(
      names = "--jvm",
      paramLabel = "FLAGS",
      converter = JvmFlags.Converter.class,
      description = "Flags of fresh JVMs, as in --jvm='-Xmx512m -XX:+UseSerialGC'.")
  JvmFlags jvmFlags = JvmFlags.NONE;

  @Option(
      names = "--force",
      paramLabel = "WINDOW",
      split = ",",
      description = {
        "Do these windows whether they have changed or not, as in 2014-03, 2014-03-01 or",
        "2014-03-01/2014-03-08 (the last day exclusive)."
      })
  List<String> force = new ArrayList<>();

  @Option(
      names = "--resume",
      description = "Go on with what is not done; whether what is done has changed is not asked.")
  boolean resume;

  @Option(names = "--retry-failed", description = "Do only what failed.")
  boolean retryFailed;

  List<HourWindow> forced() {
    try {
      return force.stream().map(Unit::window).toList();
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          String.valueOf(e.getMessage()).replace("Invalid window", "Invalid --force"), e);
    }
  }

  Child.Patience patience() {
    return new Child.Patience(timeout, DRAIN, TERM);
  }

  /** What a unit may take to end when its thread is interrupted. */
  static Duration grace() {
    return DRAIN.plus(TERM).plus(TERM);
  }

  /**
   * @throws UsageException if two options contradict each other
   */
  void check(CommonOptions common) {
    if (resume && retryFailed) {
      throw new UsageException(
          "Invalid --retry-failed: true (must be left out with --resume, which does more)");
    }
    if (common.detached) {
      throw new UsageException(
          "Invalid --detached: true (must be left out: a backfill waits for its units)");
    }
    if (isolate == Isolation.NONE && !jvmFlags.words().isEmpty()) {
      throw new UsageException(
          "Invalid --jvm: %s (must be left out without --isolate=window or stage; see MILLRACE_JAVA_OPTS)"
              .formatted(jvmFlags));
    }
    if (isolate == Isolation.NONE && common.runner.isCluster() && workers(common) > 1) {
      throw new UsageException(
          "Invalid --concurrent: %d (must be 1 on a cluster without --isolate)"
              .formatted(workers(common)));
    }
    if (isolate != Isolation.NONE) {
      common.mustNotRecord(
          "with --isolate=%s, which has fresh processes do the work".formatted(isolate));
    }
    forced();
  }

  int workers(CommonOptions common) {
    return concurrent == null ? (common.runner.isCluster() ? 1 : 2) : concurrent;
  }

  static final class IsolationConverter extends WordConverter<Isolation> {
    IsolationConverter() {
      super(Isolation.class);
    }
  }

  static final class WorkersConverter extends NumberConverter {
    WorkersConverter() {
      super(1, MOST_WORKERS);
    }
  }

  static final class RetriesConverter extends NumberConverter {
    RetriesConverter() {
      super(0, MOST_RETRIES);
    }
  }
}
