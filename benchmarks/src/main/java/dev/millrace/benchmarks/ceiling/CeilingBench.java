// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.ceiling;

import dev.millrace.benchmarks.measure.ChildJvm;
import dev.millrace.benchmarks.measure.Labels;
import dev.millrace.connect.Ceiling;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Retry;
import dev.millrace.connect.Timeouts;
import dev.millrace.local.LocalPostgres;
import dev.millrace.local.LocalPostgres.Settings;
import dev.millrace.local.proxy.FaultProxy;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has many JVMs make transactions below one ceiling on connections: how many there are at most, how
 * long it takes, and who waits how long; also while some are killed, cut off, or the server
 * crashes. Beside it the same without a ceiling, on the same server, which has connections enough.
 *
 * <p>Rerun: {@code ./millrace bench ceiling}.
 */
public final class CeilingBench {

  private static final List<String> FLAGS = List.of("-Xmx64m", "-XX:TieredStopAtLevel=1");
  private static final Duration DEADLINE = Duration.ofMinutes(20);
  private static final String ROLE = "turns";
  private static final Duration STALL = Duration.ofSeconds(10);
  private static final int MAY_FAIL = 10;
  private static final Duration LONG = Duration.ofMinutes(10);

  private final Options options;

  private CeilingBench(Options options) {
    this.options = options;
  }

  /** What happens meanwhile. */
  public enum Case {
    /** Nothing, and there is no ceiling. */
    NO_CEILING,
    QUIET,
    /** Every worker is killed once, one after the other, and started again. */
    KILLS,
    /**
     * Every other worker is cut off from the server for longer than it waits for an answer, fails
     * and is started again, as a cluster does.
     */
    CUT,
    /** The server crashes and is started again. */
    CRASH;

    @Override
    public String toString() {
      return Labels.of(this);
    }
  }

  /**
   * What to measure.
   *
   * @param workers each a JVM; default 20
   * @param threads of each worker; default 4
   * @param turns transactions of each worker; default 400
   * @param ceiling connections for all; default 10
   * @param trouble how long it lasts: between two kills, and while some are cut off; default 4 s
   */
  public record Options(int workers, int threads, int turns, int ceiling, Duration trouble) {

    public static Options defaults() {
      return new Options(20, 4, 400, 10, Duration.ofSeconds(4));
    }

    /** What the ceiling promises: one more for each JVM that waits. */
    public int bound() {
      return ceiling + workers;
    }
  }

  /**
   * What came of one case.
   *
   * @param most connections at one time, looked at every 50 ms
   * @param seconds until the last transaction was made, from when the first was
   * @param fairness Jain's index of what each worker had done when the first was done with all: 1
   *     if all had done the same, 1 / workers if one had done everything
   * @param longestWait of a thread for a connection, in seconds
   */
  public record Line(Case happens, int most, double seconds, double fairness, double longestWait) {

    /** As a row of a table. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "%-12s %12d %10.1f s %10.2f %12.1f s",
          happens,
          most,
          seconds,
          fairness,
          longestWait);
    }

    /** What stands above the rows. */
    public static String head() {
      return "%-12s %12s %12s %10s %14s"
          .formatted("", "connections", "drained in", "fairness", "longest wait");
    }
  }

  /**
   * Measures.
   *
   * @param progress is told what came out
   * @throws IllegalStateException if a transaction is missing or was made twice, or there were more
   *     connections than the ceiling promises
   */
  public static List<Line> run(Options options, Set<Case> cases, Consumer<String> progress)
      throws Exception {
    List<Line> lines = new ArrayList<>();
    for (Case each : cases) {
      Line line = new CeilingBench(options).measure(each);
      if (each != Case.NO_CEILING && line.most() > options.bound()) {
        throw new IllegalStateException(
            "Cannot keep the ceiling: %d connections, and %d + %d at most were promised (%s)"
                .formatted(line.most(), options.ceiling(), options.workers(), each));
      }
      progress.accept(line.text());
      lines.add(line);
    }
    return lines;
  }

  private Line measure(Case happens) throws Exception {
    Settings settings = Settings.durable().with("max_connections", "200");
    ExecutorService threads = Executors.newCachedThreadPool();
    try (LocalPostgres server = LocalPostgres.start(settings);
        FaultProxy proxy = FaultProxy.to(server.port())) {
      prepare(server);
      SessionCount count = new SessionCount(ConnectionSpec.of(server.jdbcUrl()), ROLE);
      Future<Integer> most = threads.submit(count);
      List<Worker> workers = new ArrayList<>();
      for (int i = 0; i < options.workers(); i++) {
        String url = server.jdbcUrl();
        // Half of them may be cut off.
        String via = happens == Case.CUT && i % 2 == 1 ? proxy.jdbcUrl(url) : url;
        workers.add(new Worker(i, spec(via, i, happens), server, via.equals(url) ? 0 : MAY_FAIL));
      }
      List<Future<Double>> waits = new ArrayList<>();
      for (Worker worker : workers) {
        waits.add(threads.submit(worker));
      }
      trouble(happens, server, proxy, workers, waits);
      double longest = 0;
      for (Future<Double> wait : waits) {
        longest = Math.max(longest, wait.get());
      }
      count.stop();
      return line(happens, server, most.get(), longest);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void prepare(LocalPostgres server) throws SQLException {
    try (Connection connection = ConnectionSpec.of(server.jdbcUrl()).connect("bench");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + ROLE + " LOGIN");
      statement.execute("CREATE TABLE turn (worker int, at timestamptz DEFAULT clock_timestamp())");
      statement.execute("GRANT ALL ON turn TO " + ROLE);
    }
  }

  private ConnectionSpec spec(String url, int worker, Case happens) {
    Timeouts timeouts =
        Timeouts.DEFAULT.withAcquire(LONG).withStall(STALL).withRetry(new Retry(LONG));
    ConnectionSpec spec =
        ConnectionSpec.of(url).withUser(ROLE).withRun("turns-" + worker).withTimeouts(timeouts);
    return happens == Case.NO_CEILING
        ? spec
        : spec.withCeiling(new Ceiling("bench", options.ceiling()));
  }

  private void trouble(
      Case happens,
      LocalPostgres server,
      FaultProxy proxy,
      List<Worker> workers,
      List<Future<Double>> waits)
      throws Exception {
    if (happens == Case.NO_CEILING || happens == Case.QUIET) {
      return;
    }
    awaitFirst(server);
    switch (happens) {
      case KILLS -> {
        for (int i = 0; i < workers.size(); i++) {
          pause();
          if (!waits.get(i).isDone()) {
            workers.get(i).kill();
          }
        }
      }
      case CUT -> {
        pause();
        proxy.blackHole(true);
        TimeUnit.MILLISECONDS.sleep(2 * STALL.toMillis());
        proxy.blackHole(false);
        proxy.cut();
      }
      case CRASH -> {
        pause();
        server.crash();
        pause();
        server.restart();
      }
      default -> throw new AssertionError(happens);
    }
  }

  private void pause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(options.trouble().toMillis());
  }

  private static void awaitFirst(LocalPostgres server) throws Exception {
    while (turns(server, "count(*)", "true") == 0) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private Line line(Case happens, LocalPostgres server, int most, double longest)
      throws SQLException {
    long all = (long) options.workers() * options.turns();
    // A transaction whose commit had no answer is made once more.
    double made = turns(server, "count(*)", "true");
    if (made < all) {
      throw new IllegalStateException(
          "Cannot trust %s: %.0f transactions were made, and %d should"
              .formatted(happens, made, all));
    }
    double seconds = turns(server, "extract(epoch FROM max(at) - min(at))", "true");
    String byWorker =
        """
        (SELECT count(t.at) AS n FROM generate_series(0, %d) AS w LEFT JOIN turn AS t
         ON t.worker = w AND t.at <= (SELECT min(last) FROM (SELECT max(at) AS last FROM turn
         GROUP BY worker) AS ends) GROUP BY w) AS each"""
            .formatted(options.workers() - 1);
    double fairness =
        number(server, "SELECT sum(n) ^ 2 / (count(*) * sum(n ^ 2)) FROM " + byWorker);
    return new Line(happens, most, seconds, fairness, longest);
  }

  private static double turns(LocalPostgres server, String what, String where) throws SQLException {
    return number(server, "SELECT " + what + " FROM turn WHERE " + where);
  }

  private static double number(LocalPostgres server, String sql) throws SQLException {
    try (Connection connection = ConnectionSpec.of(server.jdbcUrl()).connect("bench");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getDouble(1);
    }
  }

  /** One worker: a JVM, and another when it was killed. */
  private final class Worker implements Callable<Double> {
    private final int number;
    private final ConnectionSpec spec;
    private final LocalPostgres server;
    private int mayFail;
    private volatile Thread thread = Thread.currentThread();
    private volatile boolean killed;

    Worker(int number, ConnectionSpec spec, LocalPostgres server, int mayFail) {
      this.number = number;
      this.spec = spec;
      this.server = server;
      this.mayFail = mayFail;
    }

    void kill() {
      killed = true;
      thread.interrupt();
    }

    @Override
    public Double call() throws Exception {
      thread = Thread.currentThread();
      ChildJvm child = new ChildJvm(TurnMain.class, FLAGS, DEADLINE);
      while (true) {
        int left = options.turns() - (int) turns(server, "count(*)", "worker = " + number);
        try {
          ChildJvm.Outcome<TurnMain.Done> outcome =
              child.run(
                  new TurnMain.Job(spec, number, options.threads(), left), TurnMain.Done.class);
          if (outcome.answer() != null) {
            return outcome.answer().longestWait();
          }
          if (mayFail-- == 0) {
            throw new IOException("Worker %d failed: %s".formatted(number, outcome.errors()));
          }
        } catch (InterruptedException interrupted) {
          if (!killed) {
            throw interrupted;
          }
          killed = false;
        }
      }
    }
  }
}
