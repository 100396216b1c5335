// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import dev.millrace.benchmarks.measure.MemorySample;
import dev.millrace.benchmarks.measure.SmallestHeap;
import dev.millrace.benchmarks.measure.Trend;
import dev.millrace.block.Blocks;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a copy needs more memory for more rows: the smallest heap with which a table
 * and one ten times as long are copied, and whether live heap or the memory beyond the heap rises
 * while the longer one is.
 *
 * <p>Rerun: {@code ./millrace bench memory}.
 */
public final class MemoryBench {

  /** How many times as long the longer table is. */
  public static final int TIMES = 10;

  private static final ByteSize MOST = ByteSize.ofMebibytes(1024);

  /** A copy that takes so many times as long does little but collect garbage. */
  private static final int SLOWER = 3;

  private static final Duration LIMIT = Duration.ofHours(1);

  /** What starting a JVM may take on a busy machine. */
  private static final Duration START = Duration.ofSeconds(10);

  private static final Duration SAMPLE_EVERY = Duration.ofMillis(500);

  private final Server server;
  private final Tables tables;
  private final Contender contender;
  private final int parallelism;
  private final Consumer<String> progress;

  private MemoryBench(
      Server server,
      Tables tables,
      Contender contender,
      int parallelism,
      Consumer<String> progress) {
    this.server = server;
    this.tables = tables;
    this.contender = contender;
    this.parallelism = parallelism;
    this.progress = progress;
  }

  /**
   * What was found.
   *
   * @param rows of the shorter table
   * @param smallestHeap with which that is copied, to 16 MiB, and in at most three times the time
   *     that it takes with 1 GiB
   * @param smallestHeapForMore with which the longer table is
   * @param live heap in use after a full collection, in bytes by seconds, with the longer table;
   *     null where that took too short a time to tell
   * @param beyondHeap resident set beyond the heap, in bytes by seconds; null also where the system
   *     does not tell
   */
  public record Line(
      Contender contender,
      long rows,
      ByteSize smallestHeap,
      ByteSize smallestHeapForMore,
      @Nullable Trend live,
      @Nullable Trend beyondHeap) {

    /** A line for people. */
    public String text() {
      return "%-20s  -Xmx %s for %,d rows, %s for %,d; live heap %s; beyond the heap %s"
          .formatted(
              contender,
              smallestHeap,
              rows,
              smallestHeapForMore,
              rows * TIMES,
              Trend.ofBytes(live),
              Trend.ofBytes(beyondHeap));
    }
  }

  /**
   * Measures.
   *
   * @param rows of the shorter table, 1 or more
   * @param contenders who copies, one after the other
   * @param parallelism of Flink, 1 or more
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if a contender fails for another reason than memory
   */
  public static List<Line> run(
      long rows, Set<Contender> contenders, int parallelism, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    List<Line> lines = new ArrayList<>();
    try (Server server = Server.of(null);
        Tables tables = Tables.create(server.spec(), Set.of(rows, rows * TIMES), progress)) {
      for (Contender contender : new TreeSet<>(contenders)) {
        lines.add(new MemoryBench(server, tables, contender, parallelism, progress).line(rows));
      }
    }
    return lines;
  }

  private Line line(long rows) throws IOException, SQLException, InterruptedException {
    ByteSize heap = smallest(rows, SmallestHeap.STEP);
    ByteSize more = smallest(rows * TIMES, heap);
    // Twice the heap, so that a full collection is one of the sampler's and not one of need.
    List<MemorySample> samples = watch(rows * TIMES, ByteSize.ofBytes(2 * more.bytes()));
    return new Line(
        contender,
        rows,
        heap,
        more,
        MemorySample.trend(samples, MemorySample::liveBytes),
        MemorySample.trend(samples, MemorySample::nonHeapRssBytes));
  }

  /** The smallest heap of {@code least} or more that suffices, by bisection. */
  private ByteSize smallest(long rows, ByteSize least)
      throws IOException, SQLException, InterruptedException {
    double seconds = copy(rows, List.of("-Xmx" + MOST.bytes()), LIMIT, null).seconds();
    Duration limit = START.plusMillis(Math.round(SLOWER * seconds * 1000));
    return SmallestHeap.find(
        least,
        MOST,
        tried -> {
          boolean done = suffices(rows, tried, limit);
          progress.accept(
              "%s, %,d rows, -Xmx %s: %s"
                  .formatted(contender, rows, tried, done ? "done" : "too small"));
          return done;
        });
  }

  private boolean suffices(long rows, ByteSize heap, Duration limit)
      throws IOException, SQLException, InterruptedException {
    Outcome<Measured> outcome = copy(rows, List.of("-Xmx" + heap.bytes()), limit, null);
    if (outcome.answer() == null) {
      String errors = outcome.errors();
      if (!errors.contains("OutOfMemoryError") && !errors.startsWith("killed after")) {
        throw new IllegalStateException(
            "Cannot measure %s: it failed, and not for want of memory:%n%s"
                .formatted(contender, errors));
      }
      return false;
    }
    tables.verify(Mode.APPEND, rows, contender.isMapped());
    return true;
  }

  private List<MemorySample> watch(long rows, ByteSize heap)
      throws IOException, SQLException, InterruptedException {
    String bytes = Long.toString(heap.bytes());
    List<String> flags = List.of("-Xms" + bytes, "-Xmx" + bytes, "-XX:+AlwaysPreTouch");
    Outcome<Measured> outcome = copy(rows, flags, LIMIT, SAMPLE_EVERY);
    if (outcome.answer() == null) {
      throw new IllegalStateException(
          "Cannot watch the memory of %s: it failed:%n%s".formatted(contender, outcome.errors()));
    }
    return outcome.answer().samples();
  }

  private Outcome<Measured> copy(
      long rows, List<String> flags, Duration limit, @Nullable Duration sampleEvery)
      throws IOException, SQLException, InterruptedException {
    tables.reset(Mode.APPEND, rows, contender.isMapped());
    Job job =
        new Job(
            contender,
            Mode.APPEND,
            server.spec(),
            Tables.source(rows),
            Tables.target(Mode.APPEND),
            Blocks.DEFAULT_SIZE,
            parallelism,
            sampleEvery);
    return new ChildJvm(ContenderMain.class, flags, limit).run(job, Measured.class);
  }
}
