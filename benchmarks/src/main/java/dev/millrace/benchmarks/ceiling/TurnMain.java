// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.ceiling;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import java.io.Serializable;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What runs in a child JVM of the benchmark: a worker that makes transactions of a table. */
public final class TurnMain {

  /** What each transaction takes of the server, in ms. */
  static final int TURN = 20;

  private TurnMain() {}

  /**
   * The task.
   *
   * @param turns transactions that the worker has to make
   */
  record Job(ConnectionSpec spec, int worker, int threads, int turns) implements Serializable {}

  /** The longest that one of its threads waited for a connection, in seconds. */
  record Done(double longestWait) implements Serializable {}

  /** Takes a {@link Job} and answers with {@link Done}. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF);
    ChildJvm.serve(args, Job.class, TurnMain::work);
  }

  private static Done work(Job job) throws Exception {
    AtomicInteger left = new AtomicInteger(job.turns());
    ExecutorService threads = Executors.newFixedThreadPool(job.threads());
    try (Pool pool = Pool.share(job.spec(), Quota.WRITE)) {
      List<Future<Double>> waits = new ArrayList<>();
      for (int i = 0; i < job.threads(); i++) {
        waits.add(threads.submit(() -> turns(pool, job, left)));
      }
      double longest = 0;
      for (Future<Double> wait : waits) {
        longest = Math.max(longest, wait.get());
      }
      return new Done(longest);
    } finally {
      threads.shutdownNow();
    }
  }

  private static double turns(Pool pool, Job job, AtomicInteger left) throws SQLException {
    double longest = 0;
    while (left.getAndDecrement() > 0) {
      longest =
          Math.max(longest, job.spec().timeouts().retry().call("turn", () -> turn(pool, job)));
    }
    return longest;
  }

  private static double turn(Pool pool, Job job) throws SQLException {
    long start = System.nanoTime();
    try (Pool.Acquired acquired = pool.acquire("turn")) {
      double waited = (System.nanoTime() - start) / 1e9;
      try (PreparedStatement insert =
          acquired
              .connection()
              .prepareStatement("INSERT INTO turn SELECT ? FROM pg_sleep(? / 1000.0)")) {
        insert.setInt(1, job.worker());
        insert.setInt(2, TURN);
        insert.execute();
        acquired.connection().commit();
        return waited;
      } catch (SQLException failure) {
        throw acquired.explain(failure);
      }
    }
  }
}
