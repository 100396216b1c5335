// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.local.flink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The process that a cluster hangs on: it starts the JobManager and the TaskManagers, starts anew
 * what ends, and ends them all when it is terminated. What ends soon after its start is started
 * later and later, up to half a minute, so that a fault that stays costs little.
 *
 * <p>It uses nothing but the JDK, in a heap of a few megabytes.
 */
final class Supervisor {

  private static final Duration FIRST_DELAY = Duration.ofMillis(500);
  private static final Duration LAST_DELAY = Duration.ofSeconds(30);
  private static final Duration STEADY = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ClusterFolder folder;
  private final FlinkProcess flink;
  private final BlockingQueue<Child> ended = new LinkedBlockingQueue<>();
  private final Map<String, Child> children = new LinkedHashMap<>();
  private boolean stopping;

  private Supervisor(ClusterFolder folder, Properties cluster) {
    this.folder = folder;
    this.flink = new FlinkProcess(folder, cluster);
  }

  /** One of the processes: how often it was started, and when it may be started again. */
  private static final class Child {
    private final String name;
    private Process process;
    private int starts;
    private Instant startedAt = Instant.EPOCH;
    private Duration delay = FIRST_DELAY;

    @SuppressWarnings("NullAway.Init") // started before anybody else sees it
    private Child(String name) {
      this.name = name;
    }
  }

  /** Runs until it is terminated. The argument is the cluster's folder. */
  public static void main(String[] args) throws Exception {
    ClusterFolder folder = new ClusterFolder(Path.of(args[0]));
    Properties cluster =
        folder
            .load()
            .orElseThrow(
                () -> new IllegalStateException("Cannot supervise: no cluster in " + args[0]));
    Supervisor supervisor = new Supervisor(folder, cluster);
    Runtime.getRuntime().addShutdownHook(new Thread(supervisor::stop, "stop"));
    folder.record(ClusterFolder.SUPERVISOR, ProcessId.of(ProcessHandle.current()), 1);
    supervisor.start(new Child(ClusterFolder.JOB_MANAGER));
    int taskManagers = Integer.parseInt(cluster.getProperty("taskmanagers"));
    for (int i = 1; i <= taskManagers; i++) {
      supervisor.start(new Child("taskmanager-" + i));
    }
    supervisor.watch();
  }

  private void watch() throws InterruptedException {
    while (true) {
      Child child = ended.take();
      int exitCode = child.process.exitValue();
      say(child.name + " " + child.process.pid() + " ended with " + exitCode);
      try {
        folder.recordEnd(child.name, exitCode);
      } catch (IOException e) {
        say("Cannot write down the end of " + child.name + ": " + e.getMessage());
      }
      Duration lived = Duration.between(child.startedAt, Instant.now());
      Duration delay = lived.compareTo(STEADY) > 0 ? FIRST_DELAY : child.delay;
      Duration twice = delay.multipliedBy(2);
      child.delay = twice.compareTo(LAST_DELAY) < 0 ? twice : LAST_DELAY;
      startLater(child, delay);
    }
  }

  private void startLater(Child child, Duration delay) {
    Thread thread =
        new Thread(
            () -> {
              try {
                Thread.sleep(delay.toMillis());
                start(child);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "start " + child.name);
    thread.setDaemon(true);
    thread.start();
  }

  private void start(Child child) {
    try {
      startUnlessStopping(child);
    } catch (IOException | RuntimeException e) {
      say("Cannot start " + child.name + ": " + e.getMessage());
      // Without the lock, which whatever ends the others takes.
      System.exit(1);
    }
  }

  private synchronized void startUnlessStopping(Child child) throws IOException {
    if (!stopping) {
      child.starts++;
      child.startedAt = Instant.now();
      child.process =
          child.name.equals(ClusterFolder.JOB_MANAGER)
              ? flink.startJobManager()
              : flink.startTaskManager(child.name, child.name + "-" + child.starts);
      children.put(child.name, child);
      say(child.name + " " + child.process.pid() + " started, start " + child.starts);
      folder.record(child.name, ProcessId.of(child.process.toHandle()), child.starts);
      var unused = child.process.onExit().thenRun(() -> ended.add(child));
    }
  }

  private void stop() {
    List<Process> all = new ArrayList<>();
    synchronized (this) {
      stopping = true;
      children.values().forEach(child -> all.add(child.process));
    }
    // TaskManagers first, so that the JobManager does not look for them.
    Collections.reverse(all);
    all.forEach(Process::destroy);
    Instant deadline = Instant.now().plus(PATIENCE);
    for (Process process : all) {
      try {
        long left = Duration.between(Instant.now(), deadline).toMillis();
        if (!process.waitFor(Math.max(1, left), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
      }
    }
    say("ended");
  }

  private static void say(String line) {
    System.out.println(Instant.now() + " " + line);
  }
}
