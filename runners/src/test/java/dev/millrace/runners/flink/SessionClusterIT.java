// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import dev.millrace.benchmarks.measure.Trend;
import dev.millrace.runners.sync.WrittenTable;
import dev.millrace.testing.PostgresExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the processes of a session cluster keep of the jobs that ran on them, after a collection of
 * garbage. Rerun: {@code ./mvnw -B verify -Pchaos}.
 */
@Tag("chaos")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SessionClusterIT {

  @RegisterExtension static final PostgresExtension SOURCE = new PostgresExtension();
  @RegisterExtension static final PostgresExtension TARGET = new PostgresExtension();

  /** Jobs in which classes are loaded that stay, as those of the cluster itself. */
  private static final int FIRST = 6;

  private static final int JOBS = 20;
  private static final int ROWS = 1000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What a job's own classes take at least, which a cluster that kept them would add each time. */
  private static final double METASPACE_OF_A_JOB = 8 << 20;

  /**
   * What a process of the cluster has.
   *
   * @param job how many jobs ran before
   * @param metaspace bytes
   */
  private record Held(int job, double metaspace, double threads, double classes) {}

  @Test
  void processes_shouldKeepNothing_ofJobsThatEnded(@TempDir Path state) throws Exception {
    List<Held> worker = new ArrayList<>();
    List<Held> master = new ArrayList<>();
    try (CommandedCluster cluster = CommandedCluster.start(state, 1, 2);
        WrittenTable table = new WrittenTable(SOURCE.jdbcUrl(), TARGET.jdbcUrl(), false)) {
      long connections = connections();
      for (int job = 1; job <= FIRST + JOBS; job++) {
        table.create(ROWS);
        if (job % 2 == 0) {
          copy(cluster, table);
        } else {
          followAndCancel(cluster, table);
        }
        cluster.awaitFreeSlots();
        WrittenTable.await(() -> connections() == connections, PATIENCE);
        if (job > FIRST) {
          worker.add(held(job, cluster.pid("taskmanager-1")));
          master.add(held(job, cluster.pid("jobmanager")));
        }
      }
    }
    assertFlat("TaskManager", worker);
    assertFlat("JobManager", master);
  }

  private static void copy(CommandedCluster cluster, WrittenTable table) throws Exception {
    List<String> words = new ArrayList<>(table.follow());
    words.removeAll(List.of("--follow", "--poll=100ms"));
    words.add(cluster.runner());
    cluster.run(words.toArray(String[]::new));
    assertThat(table.copied()).isEqualTo(ROWS);
  }

  private static void followAndCancel(CommandedCluster cluster, WrittenTable table)
      throws Exception {
    List<String> words = new ArrayList<>(table.follow());
    words.addAll(List.of(cluster.runner(), "--detached"));
    cluster.run(words.toArray(String[]::new));
    WrittenTable.await(() -> table.copied() == ROWS, PATIENCE);
    cluster.run("flink", "cancel", cluster.job());
  }

  /** Sessions of both servers but for those of this test. */
  private static long connections() throws Exception {
    long all = 0;
    for (PostgresExtension server : List.of(SOURCE, TARGET)) {
      all +=
          server.value(
              "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'millrace%'",
              Long.class);
    }
    return all;
  }

  private static Held held(int job, long pid) throws Exception {
    // Soft references to classes go with the second, if they do.
    Jcmd.run(pid, "GC.run");
    Jcmd.run(pid, "GC.run");
    Map<String, String> counters =
        Jcmd.run(pid, "PerfCounter.print")
            .lines()
            .filter(line -> line.contains("="))
            .map(line -> Splitter.on('=').limit(2).splitToList(line))
            .collect(Collectors.toMap(line -> line.get(0), line -> line.get(1)));
    return new Held(
        job,
        number(counters, "sun.gc.metaspace.used"),
        number(counters, "java.threads.live"),
        number(counters, "java.cls.loadedClasses") - number(counters, "java.cls.unloadedClasses"));
  }

  private static double number(Map<String, String> counters, String name) {
    return Double.parseDouble(counters.get(name));
  }

  private static void assertFlat(String process, List<Held> held) {
    Trend metaspace = trend(process, "metaspace, bytes", held, Held::metaspace);
    Trend threads = trend(process, "threads", held, Held::threads);
    trend(process, "classes", held, Held::classes);
    assertThat(most(metaspace)).isLessThan(METASPACE_OF_A_JOB / 10);
    assertThat(most(threads)).isLessThan(0.5);
  }

  /** The upper end of the interval in which the slope lies with a probability of 95 %. */
  private static double most(Trend trend) {
    return trend.slope() + 2 * trend.slopeError();
  }

  private static Trend trend(
      String process, String what, List<Held> held, ToDoubleFunction<Held> value) {
    Trend trend =
        Trend.of(
            held.stream()
                .map(each -> new Trend.Point(each.job(), value.applyAsDouble(each)))
                .toList());
    System.out.printf(
        Locale.ROOT,
        "%s, %s: %.0f after job %d, %.0f after job %d; a job %+.1f (%+.1f to %+.1f)%n",
        process,
        what,
        value.applyAsDouble(held.get(0)),
        held.get(0).job(),
        value.applyAsDouble(held.get(held.size() - 1)),
        held.get(held.size() - 1).job(),
        trend.slope(),
        trend.slope() - 2 * trend.slopeError(),
        most(trend));
    return trend;
  }
}
