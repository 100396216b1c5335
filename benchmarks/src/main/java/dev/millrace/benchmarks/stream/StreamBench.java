// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.stream;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import dev.millrace.benchmarks.measure.MemorySample;
import dev.millrace.benchmarks.measure.Trend;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalPostgres;
import dev.millrace.pipelines.memory.StreamOptions;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Generates far more than fits into memory and writes it to a table that is emptied now and then:
 * narrow rows and wide ones, in JVMs of 256 MiB, whose memory is watched for whether it rises.
 *
 * <p>Rerun: {@code ./millrace bench memory --bytes=5GiB}, and {@code --bytes=100GiB} for the long
 * one.
 */
public final class StreamBench {

  private static final ByteSize HEAP = ByteSize.ofMebibytes(256);

  private static final Duration SAMPLE_EVERY = Duration.ofSeconds(2);

  private static final Duration DEADLINE = Duration.ofHours(12);

  private StreamBench() {}

  /** How wide rows are. */
  enum Shape {
    NARROW(80),
    WIDE(100_000);

    private final int width;

    Shape(int width) {
      this.width = width;
    }

    long rows(ByteSize bytes) {
      return Math.max(1, bytes.bytes() / (width + 20));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What to measure.
   *
   * @param bytes of rows that are generated for each shape, 1 MiB or more
   * @param contenders who generates and writes
   * @param parallelism threads that generate, 1 or more
   */
  public record Options(ByteSize bytes, Set<Contender> contenders, int parallelism) {

    public Options {
      if (bytes.compareTo(ByteSize.ofMebibytes(1)) < 0) {
        throw new IllegalArgumentException(
            "Invalid bytes to generate: " + bytes + " (must be 1MiB or more)");
      }
      contenders = Collections.unmodifiableSet(new TreeSet<>(contenders));
    }
  }

  /**
   * What came of a contender with rows of a shape.
   *
   * @param failure null if it wrote all
   * @param seconds to its end
   * @param peakRssBytes of its process; null if it failed or the system does not tell
   * @param live heap in use after a full collection, in bytes by seconds; null if not known
   * @param beyondHeap resident set beyond the heap, in bytes by seconds; null if not known
   */
  public record Line(
      Contender contender,
      String shape,
      long rows,
      @Nullable String failure,
      double seconds,
      @Nullable Long peakRssBytes,
      @Nullable Trend live,
      @Nullable Trend beyondHeap) {

    /** A line for people. */
    public String text() {
      String work = "%-16s %-6s %,d rows, -Xmx%s".formatted(contender, shape, rows, HEAP);
      if (failure != null) {
        return String.format(Locale.ROOT, "%s: %s after %.0f s", work, failure, seconds);
      }
      return String.format(
          Locale.ROOT,
          "%s: %.0f s, %,.0f rows/s, peak RSS %s; live heap %s; beyond the heap %s",
          work,
          seconds,
          rows / seconds,
          peakRssBytes == null ? "not known" : peakRssBytes / (1 << 20) + " MiB",
          Trend.ofBytes(live),
          Trend.ofBytes(beyondHeap));
    }
  }

  /**
   * Measures.
   *
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if rows of a contender that ended are lost or doubled
   */
  public static List<Line> run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    List<Line> lines = new ArrayList<>();
    try (LocalPostgres server = LocalPostgres.start(LocalPostgres.Settings.durable())) {
      ConnectionSpec spec = ConnectionSpec.of(server.jdbcUrl());
      for (Shape shape : Shape.values()) {
        for (Contender contender : options.contenders()) {
          Line line = measure(spec, contender, shape, options);
          progress.accept(line.text());
          lines.add(line);
        }
      }
    }
    return lines;
  }

  /** All of the heap is there from the start, so that what is beyond can be told. */
  private static List<String> flags() {
    return List.of("-Xms" + HEAP.bytes(), "-Xmx" + HEAP.bytes(), "-XX:+AlwaysPreTouch");
  }

  private static Line measure(
      ConnectionSpec spec, Contender contender, Shape shape, Options options)
      throws IOException, SQLException, InterruptedException {
    long rows = shape.rows(options.bytes());
    StreamOptions stream =
        new StreamOptions(spec, EmptiedTable.NAME, rows, shape.width, options.parallelism());
    Outcome<StreamMain.Ended> outcome;
    long written;
    try (EmptiedTable table = EmptiedTable.create(spec)) {
      outcome =
          new ChildJvm(StreamMain.class, flags(), DEADLINE)
              .run(new StreamJob(contender, stream, SAMPLE_EVERY), StreamMain.Ended.class);
      written = table.end();
    }
    StreamMain.Ended ended = outcome.answer();
    if (ended == null) {
      String failure = outcome.errors().contains("OutOfMemoryError") ? "out of memory" : "failed";
      return new Line(
          contender, shape.toString(), rows, failure, outcome.seconds(), null, null, null);
    }
    if (written != rows) {
      throw new IllegalStateException(
          "Cannot trust %s: of %,d rows it wrote %,d".formatted(contender, rows, written));
    }
    return new Line(
        contender,
        shape.toString(),
        rows,
        null,
        ended.seconds(),
        ended.peakRssBytes(),
        MemorySample.trend(ended.samples(), MemorySample::liveBytes),
        MemorySample.trend(ended.samples(), MemorySample::nonHeapRssBytes));
  }
}
