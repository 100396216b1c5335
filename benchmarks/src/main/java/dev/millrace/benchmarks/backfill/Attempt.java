// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.backfill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.benchmarks.copy.Runner;
import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.CommandRun;
import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.pipelines.airquality.silver.HourWindow;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A contender that makes windows in processes of its own.
 *
 * @param jdbcUrl of the server
 * @param windows all there are
 * @param some how many of them it makes
 * @param heap of each JVM that works, {@code -Xmx}
 * @param deadline after which it is killed
 */
record Attempt(
    Contender contender,
    String jdbcUrl,
    BronzeData data,
    List<HourWindow> windows,
    int some,
    int parallelism,
    ByteSize heap,
    Duration deadline,
    MillraceCommand command) {

  /** Of a JVM that only waits for others. */
  private static final ByteSize WAITING_HEAP = ByteSize.ofMebibytes(256);

  /**
   * How it ended.
   *
   * @param run null when it ran out of memory or time
   * @param failure why; empty if it did not
   */
  record End(@Nullable BackfillRun run, String failure) {
    static End of(BackfillRun run) {
      return new End(run, "");
    }
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException if it fails for another reason than memory or time
   */
  End run() throws IOException, InterruptedException {
    Runner runner = contender.runner();
    return runner == null ? millrace() : stock(runner);
  }

  private boolean isWhole() {
    return some == windows.size();
  }

  private long rowsMade() {
    long hours =
        ChronoUnit.HOURS.between(data.firstDay().atStartOfDay(), windows.get(some - 1).to());
    return data.stations() * Math.min(hours, data.hours());
  }

  private End stock(Runner runner) throws IOException, InterruptedException {
    BackfillJob job =
        new BackfillJob(
            ConnectionSpec.of(jdbcUrl),
            runner,
            contender.pushesDown(),
            List.copyOf(windows.subList(0, some)),
            isWhole(),
            parallelism);
    ChildJvm.Outcome<BackfillMain.Took> outcome =
        new ChildJvm(BackfillMain.class, List.of(xmx(heap)), deadline)
            .run(job, BackfillMain.Took.class);
    BackfillMain.Took took = outcome.answer();
    if (took == null) {
      return failed(outcome.errors());
    }
    long rss = Objects.requireNonNullElse(took.peakRssBytes(), 0L);
    return End.of(
        new BackfillRun(
            contender, some, rowsMade(), outcome.seconds(), took.cpuSeconds(), rss, null));
  }

  private End millrace() throws IOException, InterruptedException {
    CommandRun run = CommandRun.of(command.with(flags(), arguments()), deadline);
    JsonNode summary = run.summary();
    if (summary == null) {
      return failed(run.errors());
    }
    return End.of(
        new BackfillRun(
            contender,
            some,
            rowsMade(),
            run.seconds(),
            run.cpuSeconds(),
            run.peakRssBytes(),
            summary.get("jvms")));
  }

  private List<String> flags() {
    return List.of(
        xmx(contender.isIsolated() ? WAITING_HEAP : heap), "-XX:+ExitOnOutOfMemoryError");
  }

  private List<String> arguments() {
    List<String> words = new ArrayList<>();
    words.add("backfill");
    words.add("--from=" + data.firstDay());
    words.add("--to=" + data.lastDay());
    words.add("--target=" + jdbcUrl);
    words.add("--retries=0");
    words.add("--json");
    words.add(contender.argument());
    if (contender.isIsolated()) {
      words.add("--jvm=" + xmx(heap));
    }
    return words;
  }

  private static String xmx(ByteSize heap) {
    return "-Xmx" + heap.bytes();
  }

  private End failed(String errors) {
    if (errors.startsWith("killed after")) {
      return new End(null, errors);
    }
    if (errors.contains("OutOfMemoryError")) {
      return new End(null, "out of memory");
    }
    throw new IllegalStateException("Cannot measure %s: %s".formatted(contender, errors));
  }
}
