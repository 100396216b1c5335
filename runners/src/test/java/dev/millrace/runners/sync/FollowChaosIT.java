// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.LocalPostgres;
import dev.millrace.local.flink.FlinkRest;
import dev.millrace.runners.console.ExitCode;
import dev.millrace.runners.flink.CommandedCluster;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A followed table on a cluster that meets with what a cluster may meet with, again and again, in
 * an order by chance, while rows are written; then source and target are compared. Rerun: {@code
 * ./mvnw -B verify -Pchaos -Dmillrace.strikes.taskmanager=200 -Dmillrace.strikes.jobmanager=20
 * -Dmillrace.strikes.rescale=30}, with {@code -Dmillrace.strikes.load=true} beside threads that
 * take all processors, with {@code -Dmillrace.strikes.mode=upsert} while rows change as well.
 */
@Tag("chaos")
@Timeout(value = 4, unit = TimeUnit.HOURS)
class FollowChaosIT {

  private static final long SEED = 20261121;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration STOPPED = Duration.ofSeconds(60);
  private static final int SLOTS = 4;
  private static final List<Integer> PARALLELISM = List.of(2, 3, 1, 4);

  /** What is done to the job. */
  private enum Strike {
    TASKMANAGER(10),
    JOBMANAGER(3),
    PAUSE(1),
    RESCALE(6),
    DATABASE(2);

    private final int usual;

    Strike(int usual) {
      this.usual = usual;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private int times() {
      return Integer.getInteger("millrace.strikes." + word(), usual);
    }
  }

  private final Random random = new Random(SEED);
  private final Map<Strike, List<Double>> seconds = new EnumMap<>(Strike.class);
  private final List<Double> checkpoints = new ArrayList<>();
  private int rescales;
  private int failed;
  private String job = "";

  @Test
  void follow_shouldHaveEachRowOnce_whateverStrikes(@TempDir Path state) throws Exception {
    boolean change = System.getProperty("millrace.strikes.mode", "ledger").equals("upsert");
    try (LocalPostgres source = LocalPostgres.start(LocalPostgres.Settings.durable());
        LocalPostgres target = LocalPostgres.start(LocalPostgres.Settings.durable());
        CommandedCluster cluster = CommandedCluster.start(state, 2, 2);
        WrittenTable table = new WrittenTable(source.jdbcUrl(), target.jdbcUrl(), change);
        Load load = Load.start(Boolean.getBoolean("millrace.strikes.load"))) {
      table.create(5000);
      table.startWriters();
      List<String> words = new ArrayList<>(table.follow());
      words.addAll(List.of(cluster.runner(), "--parallelism=" + SLOTS, "--detached", "--json"));
      job = cluster.run(words.toArray(String[]::new)).json().get("job_id").asText();
      table.awaitMore(5000, PATIENCE);

      for (Strike strike : strikes()) {
        long start = System.nanoTime();
        strike(strike, cluster, table, target);
        go(cluster, table);
        double took = (System.nanoTime() - start) / 1e9;
        seconds.computeIfAbsent(strike, each -> new ArrayList<>()).add(took);
        cluster
            .rest()
            .checkpoints()
            .last(job)
            .ifPresent(last -> checkpoints.add(last.took().toMillis() / 1000.0));
        System.out.printf(Locale.ROOT, "%s: rows flow again after %.1f s%n", strike.word(), took);
      }

      table.endWriters();
      table.awaitSame(PATIENCE);
      WrittenTable.Verdict verdict = table.verdict();
      tell(table.copied(), verdict, load.isOn());
      assertThat(verdict).isEqualTo(WrittenTable.Verdict.CLEAN);
      cluster.run("flink", "cancel", job);
    }
  }

  private List<Strike> strikes() {
    List<Strike> strikes = new ArrayList<>();
    for (Strike strike : Strike.values()) {
      strikes.addAll(Collections.nCopies(strike.times(), strike));
    }
    Collections.shuffle(strikes, random);
    return strikes;
  }

  private void strike(
      Strike strike, CommandedCluster cluster, WrittenTable table, LocalPostgres target)
      throws Exception {
    String worker = "taskmanager-" + (1 + random.nextInt(2));
    TimeUnit.MILLISECONDS.sleep(random.nextInt(3000)); // Anywhere between two checkpoints.
    switch (strike) {
      case TASKMANAGER -> cluster.kill(worker);
      case JOBMANAGER -> {
        cluster.killJobManager();
        resume(cluster, "--parallelism=" + SLOTS);
      }
      case PAUSE -> {
        cluster.awaitProcess(worker);
        pause(cluster.pid(worker), table);
      }
      case RESCALE -> {
        // A savepoint fails while the job restarts, as soon after the strike before.
        WrittenTable.await(
            () -> cluster.console(Map.of()).run("flink", "stop", job) == ExitCode.DONE, PATIENCE);
        resume(cluster, "--parallelism=" + PARALLELISM.get(rescales++ % PARALLELISM.size()));
      }
      case DATABASE -> crashWithinACheckpoint(cluster, table, target);
    }
  }

  /** It is taken for dead, another takes its place; it comes back, and goes on where it was. */
  private static void pause(long pid, WrittenTable table) throws Exception {
    signal("STOP", pid);
    try {
      long deadline = System.nanoTime() + STOPPED.toNanos();
      while (System.nanoTime() < deadline) {
        TimeUnit.SECONDS.sleep(1);
      }
    } finally {
      signal("CONT", pid);
    }
    table.awaitMore(1, PATIENCE);
  }

  private static void signal(String signal, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  /** A write waits for a lock, and the checkpoint for the write, when the server dies. */
  private void crashWithinACheckpoint(
      CommandedCluster cluster, WrittenTable table, LocalPostgres target) throws Exception {
    Connection holder = table.lockCopy();
    try {
      WrittenTable.await(table::isWaitedFor, PATIENCE);
      WrittenTable.await(
          () -> cluster.rest().checkpoints().underWay(job) > 0 || !isRunning(cluster), PATIENCE);
      target.crash();
    } finally {
      holder.abort(Runnable::run);
    }
    TimeUnit.SECONDS.sleep(random.nextInt(5));
    target.restart();
  }

  private boolean isRunning(CommandedCluster cluster) throws Exception {
    return cluster.rest().job(job).orElseThrow().job().state().equals("RUNNING");
  }

  /** Waits until rows flow; a job that failed too often for its cluster is gone on with. */
  private void go(CommandedCluster cluster, WrittenTable table) throws Exception {
    long wanted = table.copied() + 100;
    WrittenTable.await(
        () -> {
          FlinkRest.Job now = cluster.rest().job(job).orElseThrow().job();
          if (now.state().equals("FAILED")) {
            failed++;
            resume(cluster);
          }
          return table.copied() >= wanted;
        },
        PATIENCE);
  }

  private void resume(CommandedCluster cluster, String... more) throws Exception {
    // Fewer are refused while a TaskManager is being replaced.
    cluster.awaitFreeSlots();
    List<String> words = new ArrayList<>(List.of("flink", "resume", job, "--detached"));
    words.addAll(List.of(more));
    job = cluster.ask(words.toArray(String[]::new)).get("job_id").asText();
  }

  private void tell(long rows, WrittenTable.Verdict verdict, boolean load) {
    System.out.printf(
        Locale.ROOT,
        "%,d rows%s; lost %d, duplicated %d, different %d; resumed after too many failures: %d%n",
        rows,
        load ? " beside load on all processors" : "",
        verdict.lost(),
        verdict.duplicated(),
        verdict.different(),
        failed);
    seconds.forEach((strike, each) -> tell(strike.word(), each));
    tell("checkpoint", checkpoints);
  }

  private static void tell(String what, List<Double> measured) {
    List<Double> sorted = measured.stream().sorted().toList();
    if (!sorted.isEmpty()) {
      System.out.printf(
          Locale.ROOT,
          "%s: %d times, seconds least %.2f, median %.2f, most %.2f%n",
          what,
          sorted.size(),
          sorted.get(0),
          sorted.get(sorted.size() / 2),
          sorted.get(sorted.size() - 1));
    }
  }

  /** Threads that take all processors, or none. */
  private record Load(AtomicBoolean over, List<Thread> threads) implements AutoCloseable {

    private static Load start(boolean on) {
      AtomicBoolean over = new AtomicBoolean();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; on && i < Runtime.getRuntime().availableProcessors(); i++) {
        Thread thread =
            new Thread(
                () -> {
                  while (!over.get()) {
                    Thread.onSpinWait();
                  }
                });
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
      }
      return new Load(over, threads);
    }

    private boolean isOn() {
      return !threads.isEmpty();
    }

    @Override
    public void close() {
      over.set(true);
    }
  }
}
