// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.kills;

import dev.millrace.benchmarks.measure.TemporaryFolder;
import dev.millrace.local.flink.FlinkCluster;
import dev.millrace.local.flink.FlinkRest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A Flink cluster of two TaskManagers, to be killed in parts. */
final class KillCluster implements AutoCloseable {

  private static final int TASK_MANAGERS = 2;
  private static final int SLOTS = 2;
  private static final int HEAP_MIB = 512;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  private final FlinkCluster cluster;
  private final TemporaryFolder folder;
  private final String address;

  private KillCluster(FlinkCluster cluster, TemporaryFolder folder, String address) {
    this.cluster = cluster;
    this.folder = folder;
    this.address = address;
  }

  static KillCluster start(Path jars) throws IOException, InterruptedException {
    TemporaryFolder folder = TemporaryFolder.create("millrace-kill-cluster-");
    FlinkCluster cluster = FlinkCluster.in(folder.path());
    FlinkCluster.State state =
        cluster.up(new FlinkCluster.Settings(jars, TASK_MANAGERS, SLOTS, 0, HEAP_MIB), () -> false);
    return new KillCluster(cluster, folder, state.address());
  }

  /** {@code HOST:PORT}, the same after the death of the JobManager. */
  String address() {
    return address;
  }

  /** Ends a process as {@code kill -9} does; another takes its place. */
  void kill(String name) throws IOException, InterruptedException {
    for (FlinkCluster.Member member : cluster.state().orElseThrow().members()) {
      if (member.name().equals(name)) {
        ProcessHandle process = ProcessHandle.of(member.pid()).orElse(null);
        if (process != null) {
          process.destroyForcibly();
          await(process);
        }
      }
    }
  }

  private static void await(ProcessHandle process) throws IOException, InterruptedException {
    try {
      process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("Cannot kill " + process.pid(), e);
    }
  }

  /** Waits until all slots are there and free. */
  void awaitSlots() throws IOException, InterruptedException {
    List<String> parts = List.of(address.split(":", 2));
    FlinkRest rest = FlinkRest.at(parts.get(0), Integer.parseInt(parts.get(1)));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        if (rest.overview().freeSlots() == TASK_MANAGERS * SLOTS) {
          return;
        }
      } catch (IOException notYet) {
        // The JobManager is being replaced.
      }
      Thread.sleep(LOOK_EVERY.toMillis());
    }
    throw new IOException("Cannot go on: the cluster has not all slots free after " + PATIENCE);
  }

  @Override
  public void close() throws IOException {
    try {
      cluster.down();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot wait for the cluster's end", e);
    }
    folder.close();
  }
}
