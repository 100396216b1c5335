// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Another JVM that uses a pool which all share, and writes down when it does. */
final class ClusterChild {

  private static final Duration LONG = Duration.ofMinutes(1);

  private ClusterChild() {}

  /** Starts one that takes slots and keeps them until it is killed; returns when it has them. */
  static Process hold(String url, PoolSpec pool, int weight) throws IOException {
    Process child = start(url, pool, "hold", weight, 0, 0);
    awaitLine(child, "held");
    return child;
  }

  /**
   * Starts one whose threads each take slots so many times, for some milliseconds, once it is told
   * to; returns when it is ready.
   */
  static Process work(String url, PoolSpec pool, int weight, int threads, int times)
      throws IOException {
    Process child = start(url, pool, "work", weight, threads, times);
    awaitLine(child, "ready");
    return child;
  }

  static void begin(Process child) throws IOException {
    child.getOutputStream().write('\n');
    child.getOutputStream().flush();
  }

  private static Process start(
      String url, PoolSpec pool, String task, int weight, int threads, int times)
      throws IOException {
    return ChildJvm.start(
        List.of("-Xmx128m", "-XX:+UseSerialGC"),
        ClusterChild.class,
        url,
        pool.name(),
        Integer.toString(pool.most()),
        task,
        Integer.toString(weight),
        Integer.toString(threads),
        Integer.toString(times));
  }

  /** Returns when it has said so. */
  static void awaitLine(Process child, String line) throws IOException {
    BufferedReader said =
        new BufferedReader(new InputStreamReader(child.getInputStream(), US_ASCII));
    String next = said.readLine();
    if (!line.equals(next)) {
      throw new IOException("The child said " + next);
    }
  }

  @SuppressWarnings("SystemOut") // Its parent reads it.
  private static void say(String line) {
    System.out.println(line);
  }

  /** Of the child. */
  public static void main(String[] args) throws Exception {
    PoolSpec spec =
        PoolSpec.of(args[1], Integer.parseInt(args[2])).acrossCluster(ConnectionSpec.of(args[0]));
    int weight = Integer.parseInt(args[4]);
    try (ResourcePool pool = ResourcePool.share(spec)) {
      if (args[3].equals("hold")) {
        ResourcePool.Held held = pool.acquire("hold it", weight, 0, LONG);
        say("held");
        new CountDownLatch(1).await();
        held.close();
      } else {
        say("ready");
        if (System.in.read() < 0) {
          return;
        }
        work(args[0], pool, weight, Integer.parseInt(args[5]), Integer.parseInt(args[6]));
        say("done");
      }
    }
  }

  private static void work(String url, ResourcePool pool, int weight, int threads, int times)
      throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    List<Future<?>> working = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      working.add(
          workers.submit(
              () -> {
                work(url, pool, weight, times);
                return null;
              }));
    }
    for (Future<?> each : working) {
      each.get();
    }
    workers.shutdown();
  }

  private static void work(String url, ResourcePool pool, int weight, int times) throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement write =
            connection.prepareStatement(
                "INSERT INTO uses SELECT clock_timestamp(), ?, ? FROM pg_sleep(?)")) {
      for (int time = 0; time < times; time++) {
        try (ResourcePool.Held held = pool.acquire("work", weight, 0, LONG)) {
          write(write, weight, 0);
          write(write, -weight, 0.005);
          if (held.isLost()) {
            throw new IllegalStateException("lost");
          }
        }
      }
    }
  }

  private static void write(PreparedStatement write, int slots, double seconds) throws Exception {
    write.setLong(1, ProcessHandle.current().pid());
    write.setInt(2, slots);
    write.setDouble(3, seconds);
    write.execute();
  }

  /** Ends one and waits for its end. */
  static void kill(Process child) throws InterruptedException {
    child.destroyForcibly();
    if (!child.waitFor(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("It lives");
    }
  }
}
