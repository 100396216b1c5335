// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.benchmarks.copy.ClusterResult.Kind;
import dev.millrace.benchmarks.measure.CommandRun;
import dev.millrace.benchmarks.measure.MillraceCommand;
import dev.millrace.benchmarks.measure.TemporaryFolder;
import dev.millrace.local.flink.FlinkCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Copies one table to another by raw {@code COPY} pipes and by the command on a Flink cluster of
 * this machine, in turn. Each round has a cluster of its own, so that its first job finds nothing
 * loaded or compiled; the jobs after it find what the first left warm.
 *
 * <p>Rerun: {@code ./millrace bench cluster --rows=5000000 --rounds=3}.
 */
public final class ClusterBench {

  private static final Duration DEADLINE = Duration.ofHours(1);
  private static final int HEAP_MIB = 512;

  private final Options options;
  private final CopyBench.Options pipes;
  private final Server server;
  private final Tables tables;
  private final FlinkCluster cluster;

  /**
   * What to measure.
   *
   * @param rows of the table
   * @param rounds each on a new cluster
   * @param warmJobs of each round, after its first job
   * @param parallelism streams of the pipe, and slots of the one TaskManager
   * @param flinkJars the folder with Flink's jars
   * @param command starts the command as a process
   */
  public record Options(
      long rows,
      int rounds,
      int warmJobs,
      int parallelism,
      Path flinkJars,
      MillraceCommand command) {

    public Options {
      if (rows < 1 || rounds < 1 || warmJobs < 1 || parallelism < 1) {
        throw new IllegalArgumentException(
            "Invalid numbers: %d rows, %d rounds, %d warm jobs, parallelism %d (must be 1 or more)"
                .formatted(rows, rounds, warmJobs, parallelism));
      }
    }
  }

  private ClusterBench(Options options, Server server, Tables tables, FlinkCluster cluster) {
    this.options = options;
    this.server = server;
    this.tables = tables;
    this.cluster = cluster;
    CopyBench.Options defaults = CopyBench.Options.defaults();
    this.pipes =
        new CopyBench.Options(
            options.rows(),
            1,
            options.rounds(),
            options.parallelism(),
            defaults.heap(),
            defaults.baselineHeap(),
            Set.of(Contender.PIPE),
            Set.of(Mode.APPEND),
            null);
  }

  /**
   * Measures. Nothing stays behind.
   *
   * @param progress is told what happens next or what came out
   * @throws IllegalStateException if a copy fails or is not the source
   */
  public static ClusterResult run(Options options, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    List<ClusterResult.Run> runs = new ArrayList<>();
    try (TemporaryFolder folder = TemporaryFolder.create("millrace-bench-cluster-");
        Server server = Server.of(null);
        Tables tables = Tables.create(server.spec(), Set.of(options.rows()), progress)) {
      FlinkCluster cluster = FlinkCluster.in(folder.path());
      ClusterBench bench = new ClusterBench(options, server, tables, cluster);
      for (int round = 1; round <= options.rounds(); round++) {
        bench.round(round, runs, progress);
      }
    }
    return ClusterResult.of(options, runs);
  }

  private void round(int round, List<ClusterResult.Run> runs, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    FlinkCluster.Settings settings =
        new FlinkCluster.Settings(options.flinkJars(), 1, options.parallelism(), 0, HEAP_MIB);
    FlinkCluster.State state = cluster.up(settings, () -> false);
    try {
      for (int job = 0; job <= options.warmJobs(); job++) {
        for (Kind kind : List.of(Kind.PIPE, job == 0 ? Kind.FIRST_JOB : Kind.WARM_JOB)) {
          ClusterResult.Run run =
              kind == Kind.PIPE ? pipe(round) : job(kind, round, state.address());
          progress.accept(
              "round %d of %d: %s, %,.0f rows/s"
                  .formatted(round, options.rounds(), kind, options.rows() / run.seconds()));
          runs.add(run);
        }
      }
    } finally {
      cluster.down();
    }
  }

  private ClusterResult.Run pipe(int round) throws IOException, SQLException, InterruptedException {
    CopyResult.Run run =
        CopyBench.measure(
            pipes, server, tables, new CopyBench.Cell(Contender.PIPE, Mode.APPEND), round);
    return new ClusterResult.Run(
        Kind.PIPE, round, run.seconds(), run.processSeconds(), run.cpuSeconds());
  }

  private ClusterResult.Run job(Kind kind, int round, String address)
      throws IOException, SQLException, InterruptedException {
    tables.reset(Mode.APPEND, options.rows(), false);
    Duration cpuBefore = clusterCpu();
    CommandRun run =
        CommandRun.of(
            server.sync(
                options.command(),
                List.of(),
                options.rows(),
                options.parallelism(),
                List.of("--runner=flink://" + address)),
            DEADLINE);
    double seconds = run.mustSummary().required("seconds").asDouble();
    double cpu = clusterCpu().minus(cpuBefore).toMillis() / 1e3;
    tables.verify(Mode.APPEND, options.rows(), false);
    return new ClusterResult.Run(kind, round, seconds, run.seconds(), cpu);
  }

  /** Of the JobManager and the TaskManager; none of them is replaced in a run that goes well. */
  private Duration clusterCpu() throws IOException {
    return cluster.state().orElseThrow().members().stream()
        .flatMap(member -> ProcessHandle.of(member.pid()).stream())
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }
}
