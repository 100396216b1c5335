// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
import dev.millrace.block.Blocks;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies one table to another by raw {@code COPY} pipes, by stock {@code JdbcIO} and by Millrace,
 * each in a fresh JVM, in rounds so that what disturbs the machine disturbs all of them.
 *
 * <p>Rerun: {@code ./millrace bench copy --rows=5000000 --rounds=3}, or the same within Maven:
 * {@code ./mvnw -q compile exec:java -Dexec.args="bench copy"}.
 */
public final class CopyBench {

  private static final Duration DEADLINE = Duration.ofHours(1);

  private CopyBench() {}

  /**
   * What to measure.
   *
   * @param rows of the table that the pipe and Millrace copy; default 5,000,000
   * @param baselineRows of the table that {@code JdbcIO} copies, at most {@code rows}; default
   *     1,000,000, as it takes many times as long; rates are compared
   * @param rounds how often everything is measured; default 3
   * @param parallelism streams of the pipe and slots of Flink; default 2
   * @param heap {@code -Xmx} of the pipe and Millrace; default 512 MiB
   * @param baselineHeap {@code -Xmx} of {@code JdbcIO}; default 4 GiB, so that it never starves
   * @param contenders who takes part; default all
   * @param modes how to write; default append and upsert
   * @param server a PostgreSQL 14 or newer whose role may create a schema and run {@code
   *     CHECKPOINT}; null, the default, for one that is started for the benchmark with the defaults
   *     of PostgreSQL
   */
  public record Options(
      long rows,
      long baselineRows,
      int rounds,
      int parallelism,
      ByteSize heap,
      ByteSize baselineHeap,
      Set<Contender> contenders,
      Set<Mode> modes,
      @Nullable ConnectionSpec server) {

    public Options {
      atLeastOne("number of rows", rows);
      atLeastOne("number of baseline rows", baselineRows);
      atLeastOne("number of rounds", rounds);
      atLeastOne("parallelism", parallelism);
      atLeastOne("number of contenders", contenders.size());
      atLeastOne("number of modes", modes.size());
      if (modes.contains(Mode.LEDGER) && !contenders.stream().allMatch(Contender::keepsLedger)) {
        throw new IllegalArgumentException(
            "Invalid contenders: %s (must be of Millrace alone in mode ledger)"
                .formatted(contenders));
      }
      if (baselineRows > rows) {
        throw new IllegalArgumentException(
            "Invalid number of baseline rows: %d (must be at most %d, the number of rows)"
                .formatted(baselineRows, rows));
      }
      contenders = Collections.unmodifiableSet(new TreeSet<>(contenders));
      modes = Collections.unmodifiableSet(new TreeSet<>(modes));
    }

    public static Options defaults() {
      return new Options(
          5_000_000,
          1_000_000,
          3,
          2,
          ByteSize.ofMebibytes(512),
          ByteSize.ofMebibytes(4096),
          Set.of(Contender.values()),
          Set.of(Mode.APPEND, Mode.UPSERT),
          null);
    }

    private static void atLeastOne(String thing, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(
            "Invalid " + thing + ": " + value + " (must be 1 or more)");
      }
    }

    long rowsOf(Contender contender) {
      return contender.isBaseline() ? baselineRows : rows;
    }
  }

  /** One contender in one mode. */
  record Cell(Contender contender, Mode mode) {}

  /**
   * Measures. Nothing stays behind on the server.
   *
   * @param progress is told, in a short line, what happens next or what came out
   * @throws IllegalStateException if a contender fails or its copy is not the source
   */
  public static CopyResult run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    List<CopyResult.Run> runs = new ArrayList<>();
    try (Server server = Server.of(options.server());
        Tables tables = Tables.create(server.spec(), sizes(options), progress)) {
      for (int round = 1; round <= options.rounds(); round++) {
        for (Cell cell : order(options, round)) {
          CopyResult.Run run = measure(options, server, tables, cell, round);
          progress.accept(
              "round %d of %d: %s %s, %,.0f rows/s"
                  .formatted(
                      round, options.rounds(), cell.contender(), cell.mode(), run.rowsPerSecond()));
          runs.add(run);
        }
      }
      return CopyResult.of(CopyResult.Setting.of(options, tables), runs);
    }
  }

  private static Set<Long> sizes(Options options) {
    Set<Long> sizes = new TreeSet<>();
    options.contenders().forEach(contender -> sizes.add(options.rowsOf(contender)));
    return sizes;
  }

  /**
   * One mode after the other, so that the runs that are compared lie close; who begins rotates.
   * With a ledger the modes of one contender are compared.
   */
  private static List<Cell> order(Options options, int round) {
    List<Contender> contenders = new ArrayList<>(options.contenders());
    Collections.rotate(contenders, -(round - 1) * contenders.size() / options.rounds());
    List<Cell> cells = new ArrayList<>();
    options.modes().forEach(mode -> contenders.forEach(who -> cells.add(new Cell(who, mode))));
    if (options.modes().contains(Mode.LEDGER)) {
      cells.sort(Comparator.comparing(cell -> contenders.indexOf(cell.contender())));
    }
    return cells;
  }

  static CopyResult.Run measure(Options options, Server server, Tables tables, Cell cell, int round)
      throws IOException, SQLException, InterruptedException {
    Contender contender = cell.contender();
    long rows = options.rowsOf(contender);
    tables.reset(cell.mode(), rows, contender.isMapped());
    Job job =
        new Job(
            contender,
            cell.mode(),
            server.spec(),
            Tables.source(rows),
            Tables.target(cell.mode()),
            Blocks.DEFAULT_SIZE,
            options.parallelism(),
            null);
    ByteSize heap = contender.isBaseline() ? options.baselineHeap() : options.heap();
    ChildJvm child = new ChildJvm(ContenderMain.class, List.of("-Xmx" + heap.bytes()), DEADLINE);
    Double serverBefore = server.cpuSeconds();
    Outcome<Measured> outcome = child.run(job, Measured.class);
    Double serverAfter = server.cpuSeconds();
    Measured measured = outcome.answer();
    if (measured == null) {
      throw new IllegalStateException(
          "Cannot measure %s in mode %s: it failed after %.0f s:%n%s"
              .formatted(contender, cell.mode(), outcome.seconds(), outcome.errors()));
    }
    tables.verify(cell.mode(), rows, contender.isMapped());
    return new CopyResult.Run(
        contender,
        cell.mode(),
        round,
        rows,
        measured.seconds(),
        outcome.seconds(),
        measured.cpuSeconds(),
        serverBefore == null || serverAfter == null ? null : serverAfter - serverBefore,
        measured.peakRssBytes());
  }
}
