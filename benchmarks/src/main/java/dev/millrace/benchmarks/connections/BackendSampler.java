// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import dev.millrace.connect.ConnectionSpec;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts a role's connections, over one of a superuser that it holds from the start: what uses up
 * all others leaves it alone.
 */
final class BackendSampler implements AutoCloseable {

  private static final int EVERY_MILLIS = 50;
  private static final int PATIENCE_MILLIS = 30_000;

  /** Who uses less of a processor than that, and commits nothing, only waits. */
  private static final double IDLE = 0.1;

  private final String role;
  private final String database;
  private final Connection connection;
  private final Statement statement;

  private BackendSampler(String role, String database, Connection connection, Statement statement) {
    this.role = role;
    this.database = database;
    this.connection = connection;
    this.statement = statement;
  }

  /**
   * Connects.
   *
   * @param superuser of another database, so as not to be counted
   * @param role whose connections to count
   * @param database to which they are made
   */
  static BackendSampler connect(ConnectionSpec superuser, String role, String database)
      throws SQLException {
    Connection connection = superuser.connect("bench sampler");
    return new BackendSampler(role, database, connection, connection.createStatement());
  }

  /**
   * What was seen.
   *
   * @param result of what went on meanwhile; null if it was interrupted, as it was frozen
   * @param opened connections from the first to the last
   * @param most connections at one time, looked at every 50 ms
   */
  record Seen<T>(@Nullable T result, long opened, int most) {}

  /** As {@link Seen}. */
  private record Sampled(int most, boolean frozen) {}

  /** What goes on while the connections are counted; to be interrupted. */
  @FunctionalInterface
  interface Action<T> {
    T run() throws IOException, InterruptedException;
  }

  /**
   * Counts while something goes on, and until the last connection is closed.
   *
   * @param quiet how long nothing may be committed, and next to no CPU be used by child processes,
   *     until it counts as frozen
   */
  <T> Seen<T> during(Duration quiet, Action<T> action)
      throws IOException, SQLException, InterruptedException {
    awaitNone();
    long before = sessions();
    Thread caller = Thread.currentThread();
    FutureTask<Sampled> sampling = new FutureTask<>(() -> sample(quiet, caller));
    Thread thread = new Thread(sampling, "backend-sampler");
    thread.start();
    T result = null;
    @Nullable InterruptedException interrupted = null;
    try {
      result = action.run();
    } catch (InterruptedException ended) {
      interrupted = ended;
    } finally {
      thread.interrupt();
      join(thread);
    }
    Sampled sampled = sampled(sampling);
    if (interrupted != null && !sampled.frozen()) {
      throw interrupted;
    }
    awaitNone();
    return new Seen<>(result, sessions() - before, sampled.most());
  }

  /** The interrupt may come when all is done. */
  private static void join(Thread thread) throws InterruptedException {
    try {
      thread.join();
    } catch (InterruptedException late) {
      thread.join();
    }
  }

  private static Sampled sampled(FutureTask<Sampled> sampling) throws InterruptedException {
    try {
      return sampling.get();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("Cannot count connections: " + failed.getMessage(), failed);
    }
  }

  private Sampled sample(Duration quiet, Thread caller) throws SQLException {
    int most = 0;
    long commits = -1;
    long last = System.nanoTime();
    Duration cpu = childrenCpu();
    try {
      while (true) {
        most = Math.max(most, backends());
        long now = commits();
        boolean over = System.nanoTime() - last >= quiet.toNanos();
        if (over && childrenCpu().minus(cpu).toNanos() < quiet.toNanos() * IDLE) {
          break;
        }
        if (over || now != commits) {
          commits = now;
          last = System.nanoTime();
          cpu = childrenCpu();
        }
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      }
      caller.interrupt();
      return new Sampled(most, true);
    } catch (InterruptedException over) {
      return new Sampled(most, false);
    }
  }

  private static Duration childrenCpu() {
    return ProcessHandle.current()
        .descendants()
        .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private int backends() throws SQLException {
    return (int)
        number(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = '%s' AND backend_type = 'client backend'"
                .formatted(role));
  }

  /** A backend counts itself at the latest when it ends. */
  private long sessions() throws SQLException {
    return number("SELECT sessions FROM pg_stat_database WHERE datname = '%s'".formatted(database));
  }

  private long commits() throws SQLException {
    return number(
        "SELECT xact_commit FROM pg_stat_database WHERE datname = '%s'".formatted(database));
  }

  private void awaitNone() throws SQLException, InterruptedException {
    for (int waited = 0; backends() > 0; waited += EVERY_MILLIS) {
      if (waited > PATIENCE_MILLIS) {
        throw new IllegalStateException(
            "Cannot count connections: those of the last run are still there");
      }
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
    }
  }

  private long number(String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
