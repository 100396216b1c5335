// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import dev.millrace.benchmarks.measure.Spread;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how large blocks should be on this machine: the smallest size with which a copy is
 * nearly as fast as with the best. Each in a fresh JVM, in rounds, so that what disturbs the
 * machine disturbs all of them.
 *
 * <p>Rerun: {@code ./millrace bench blocks --rows=3000000 --rounds=3}.
 */
public final class BlockSizeBench {

  private static final List<ByteSize> SIZES =
      List.of(
          ByteSize.ofKibibytes(64),
          ByteSize.ofKibibytes(256),
          ByteSize.ofMebibytes(1),
          ByteSize.ofMebibytes(4),
          ByteSize.ofMebibytes(16),
          ByteSize.ofMebibytes(64));

  /** So that all sizes fit. */
  private static final ByteSize HEAP = ByteSize.ofMebibytes(8 << 10);

  private static final Duration DEADLINE = Duration.ofHours(1);

  /** Of the best rate: what is missing then is within what rounds differ by. */
  private static final double NEARLY = 0.95;

  private BlockSizeBench() {}

  /**
   * What came of a size.
   *
   * @param ratio of its rate to the best of the same round
   * @param peakRssBytes the largest of all rounds; null where the system does not tell
   * @param isKnee whether it is the smallest that is nearly as fast as the best
   */
  public record Line(
      ByteSize size,
      Spread rowsPerSecond,
      Spread ratio,
      @Nullable Long peakRssBytes,
      boolean isKnee) {

    /** What stands above the rows. */
    public static String head() {
      return "%-8s %-32s %-22s %s".formatted("block", "rows/s", "x the best", "peak RSS MiB");
    }

    /** As a row of a table. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "%-8s %-32s %-22s %s%s",
          size,
          String.format(
              Locale.ROOT,
              "%,.0f (%,.0f to %,.0f)",
              rowsPerSecond.median(),
              rowsPerSecond.min(),
              rowsPerSecond.max()),
          String.format(
              Locale.ROOT, "%.2f (%.2f to %.2f)", ratio.median(), ratio.min(), ratio.max()),
          peakRssBytes == null ? "not known" : String.valueOf(peakRssBytes >> 20),
          isKnee ? "  <- the knee: --block-size=" + size : "");
    }
  }

  /**
   * Measures.
   *
   * @param rows to copy, 1 or more
   * @param rounds 1 or more
   * @param parallelism threads that read, 1 or more
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if a copy fails or is not the source
   */
  public static List<Line> run(long rows, int rounds, int parallelism, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    Map<ByteSize, List<Double>> rates = new TreeMap<>();
    Map<ByteSize, Long> peaks = new TreeMap<>();
    try (Server server = Server.of(null);
        Tables tables = Tables.create(server.spec(), Set.of(rows), progress)) {
      for (int round = 1; round <= rounds; round++) {
        List<ByteSize> order = new ArrayList<>(SIZES);
        Collections.rotate(order, -(round - 1) * order.size() / rounds);
        for (ByteSize size : order) {
          Measured measured = measure(server, tables, rows, size, parallelism);
          double rate = rows / measured.seconds();
          rates.computeIfAbsent(size, each -> new ArrayList<>()).add(rate);
          if (measured.peakRssBytes() != null) {
            peaks.merge(size, measured.peakRssBytes(), Math::max);
          }
          progress.accept(
              String.format(
                  Locale.ROOT, "round %d of %d: %s, %,.0f rows/s", round, rounds, size, rate));
        }
      }
    }
    return lines(rates, peaks, rounds);
  }

  private static Measured measure(
      Server server, Tables tables, long rows, ByteSize size, int parallelism)
      throws IOException, SQLException, InterruptedException {
    tables.reset(Mode.APPEND, rows, false);
    Job job =
        new Job(
            Contender.MILLRACE_DIRECT,
            Mode.APPEND,
            server.spec(),
            Tables.source(rows),
            Tables.target(Mode.APPEND),
            size,
            parallelism,
            null);
    Outcome<Measured> outcome =
        new ChildJvm(ContenderMain.class, List.of("-Xmx" + HEAP.bytes()), DEADLINE)
            .run(job, Measured.class);
    if (outcome.answer() == null) {
      throw new IllegalStateException(
          "Cannot measure blocks of %s: the copy failed:%n%s".formatted(size, outcome.errors()));
    }
    tables.verify(Mode.APPEND, rows, false);
    return outcome.answer();
  }

  static List<Line> lines(
      Map<ByteSize, List<Double>> rates, Map<ByteSize, Long> peaks, int rounds) {
    List<Double> best = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      int each = round;
      best.add(rates.values().stream().mapToDouble(rate -> rate.get(each)).max().orElseThrow());
    }
    List<Line> lines = new ArrayList<>();
    boolean isFound = false;
    for (Map.Entry<ByteSize, List<Double>> each : rates.entrySet()) {
      Spread ratio = Spread.ofRatios(each.getValue(), best);
      boolean isKnee = !isFound && ratio.median() >= NEARLY;
      isFound |= isKnee;
      lines.add(
          new Line(
              each.getKey(), Spread.of(each.getValue()), ratio, peaks.get(each.getKey()), isKnee));
    }
    return lines;
  }
}
