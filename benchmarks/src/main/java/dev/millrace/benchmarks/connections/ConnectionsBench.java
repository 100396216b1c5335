// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import dev.millrace.benchmarks.connections.BackendSampler.Seen;
import dev.millrace.benchmarks.connections.ConnectionsResult.End;
import dev.millrace.benchmarks.connections.ConnectionsResult.Run;
import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.ChildJvm.Outcome;
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

/**
 * Spreads one table over many, each with a writer of its own, by stock {@code JdbcIO} and by
 * Millrace: on a server with few connections, and as a control on one with many. Each in a fresh
 * JVM, in rounds, so that what disturbs the machine disturbs all of them.
 *
 * <p>Rerun: {@code ./millrace bench connections --rows=3000000 --rounds=3}.
 */
public final class ConnectionsBench {

  private static final List<String> FLAGS = List.of("-Xmx2g");

  private static final Duration DEADLINE = Duration.ofHours(1);

  private final Options options;
  private final Consumer<String> progress;

  private ConnectionsBench(Options options, Consumer<String> progress) {
    this.options = options;
    this.progress = progress;
  }

  /**
   * What to measure.
   *
   * @param rows of the table, 1 or more; default 3,000,000, so that writers are at work for longer
   *     than a HikariCP waits for a connection
   * @param stages into which it is spread, 1 or more; default 12
   * @param rounds how often everything is measured, 1 or more; default 3
   * @param parallelism slots of Flink, and threads that Millrace reads with; default 2
   * @param fewConnections of the server, 10 or more; default 20
   * @param manyConnections of the control's; default 200
   * @param contenders who takes part; default those on Flink, which gives each stage threads of its
   *     own, where the direct runner has few for all
   * @param quiet how long a run may commit nothing and use next to no CPU, until it counts as
   *     frozen and is killed; default 1 min, twice as long as a HikariCP waits for a connection
   */
  public record Options(
      long rows,
      int stages,
      int rounds,
      int parallelism,
      int fewConnections,
      int manyConnections,
      Set<Contender> contenders,
      Duration quiet) {

    private static final int LEAST_CONNECTIONS = 10;

    private static final Set<Contender> ON_FLINK =
        Set.of(Contender.JDBCIO_FLINK, Contender.JDBCIO_POOLS_FLINK, Contender.MILLRACE_FLINK);

    public Options {
      atLeast(1, "number of rows", rows);
      atLeast(1, "number of stages", stages);
      atLeast(1, "number of rounds", rounds);
      atLeast(1, "parallelism", parallelism);
      atLeast(LEAST_CONNECTIONS, "number of connections", fewConnections);
      atLeast(fewConnections, "number of the control's connections", manyConnections);
      atLeast(1, "number of contenders", contenders.size());
      contenders = Collections.unmodifiableSet(new TreeSet<>(contenders));
    }

    public static Options defaults() {
      return new Options(3_000_000, 12, 3, 2, 20, 200, ON_FLINK, Duration.ofMinutes(1));
    }

    private static void atLeast(int least, String thing, long value) {
      if (value < least) {
        throw new IllegalArgumentException(
            "Invalid %s: %d (must be %d or more)".formatted(thing, value, least));
      }
    }
  }

  /**
   * Measures.
   *
   * @param progress is told, in a short line, what came out
   * @throws IllegalStateException if a run says that it finished, and rows are lost, doubled or
   *     different
   */
  public static ConnectionsResult run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    return new ConnectionsBench(options, progress).run();
  }

  private ConnectionsResult run() throws IOException, SQLException, InterruptedException {
    List<Run> runs = new ArrayList<>();
    try (StageTables few = tables(options.fewConnections());
        StageTables many = tables(options.manyConnections())) {
      for (int round = 1; round <= options.rounds(); round++) {
        List<Contender> order = new ArrayList<>(options.contenders());
        Collections.rotate(order, -(round - 1) * order.size() / options.rounds());
        for (Contender contender : order) {
          runs.add(measure(few, options.fewConnections(), contender, round));
          runs.add(measure(many, options.manyConnections(), contender, round));
        }
      }
      return ConnectionsResult.of(ConnectionsResult.Setting.of(options, few), runs);
    }
  }

  private StageTables tables(int maxConnections) throws IOException, SQLException {
    return StageTables.create(maxConnections, options.rows(), options.stages());
  }

  private Run measure(StageTables tables, int maxConnections, Contender contender, int round)
      throws IOException, SQLException, InterruptedException {
    tables.reset();
    StageJob job =
        new StageJob(
            contender, tables.spec(), tables.source(), tables.targets(), options.parallelism());
    ChildJvm child = new ChildJvm(StageMain.class, FLAGS, DEADLINE);
    long start = System.nanoTime();
    Seen<Outcome<StageMain.Ended>> seen;
    try (BackendSampler sampler = tables.sampler()) {
      seen = sampler.during(options.quiet(), () -> child.run(job, StageMain.Ended.class));
    }
    Run run =
        Run.of(
            contender,
            maxConnections,
            round,
            seen,
            (System.nanoTime() - start) / 1e9,
            tables.written());
    if (run.end() == End.FINISHED && tables.wrong() > 0) {
      throw new IllegalStateException(
          "Cannot trust %s: it finished, and %,d rows are lost, doubled or different"
              .formatted(contender, tables.wrong()));
    }
    progress.accept(
        String.format(
            Locale.ROOT,
            "round %d of %d, max_connections %d: %s %s after %.1f s, %,d rows, %d connections at most%s",
            round,
            options.rounds(),
            maxConnections,
            contender,
            run.end(),
            run.seconds(),
            run.rowsWritten(),
            run.mostConnections(),
            run.remark()));
    return run;
  }
}
