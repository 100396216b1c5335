// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.PoolState;
import dev.millrace.connect.Quota;
import dev.millrace.connect.Secret;
import dev.millrace.connect.Timeouts;
import dev.millrace.control.ByteSize;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.local.LocalPostgres;
import dev.millrace.local.proxy.FaultProxy;
import dev.millrace.observe.Measure;
import dev.millrace.read.ReadTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a database does on a bad day, while a table is copied; on a server of its own. */
class FaultsTest {

  private static final int ROWS = 30_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static LocalPostgres server;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean over = new AtomicBoolean();

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(LocalPostgres.Settings.durable());
  }

  @AfterAll
  static void end() throws Exception {
    server.close();
  }

  @BeforeEach
  void createTables() throws SQLException {
    execute(
        "DROP SCHEMA IF EXISTS millrace CASCADE",
        "DROP TABLE IF EXISTS s, t",
        "CREATE TABLE s (id int PRIMARY KEY, name text)",
        "INSERT INTO s SELECT i, repeat('name ' || i, 5) FROM generate_series(1, " + ROWS + ") i",
        "CREATE TABLE t (LIKE s)",
        // So that a fault finds the copy at work.
        "CREATE OR REPLACE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END $$",
        "CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION wait()");
  }

  @AfterEach
  void endThreads() {
    over.set(true);
    threads.shutdownNow();
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl());
  }

  private static void execute(String... sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  private static long count(String from) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + from)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static ConnectionSpec spec() {
    return ConnectionSpec.of(server.jdbcUrl());
  }

  private static ConnectionSpec through(FaultProxy proxy) {
    return ConnectionSpec.of(proxy.jdbcUrl(server.jdbcUrl()));
  }

  private static ReadTable read(ConnectionSpec source) {
    return ReadTable.from(source, "s").blockSize(ByteSize.parse("16KiB")).parallelism(2);
  }

  /** Copies under a ledger, which is the oracle's part as well: it says how many rows there are. */
  private static void copy(ConnectionSpec source, ConnectionSpec target) throws SQLException {
    try (LedgerJob job = LedgerJob.open(spec(), "j")) {
      ReadTable.Planned planned = read(source).resume(job, "t", "run", "test");
      Pipeline pipeline = Pipeline.create();
      pipeline
          .apply(planned)
          .apply(WriteTable.into(target, "t").ledger(planned.ledger().orElseThrow()));
      pipeline.run().waitUntilFinish();
      assertThat(job.finish()).isEqualTo(ROWS);
    }
  }

  private static void assertEachRowOnce() throws SQLException {
    assertThat(count("((TABLE s EXCEPT ALL TABLE t) UNION ALL (TABLE t EXCEPT ALL TABLE s)) AS d"))
        .as("rows lost, doubled or different")
        .isZero();
  }

  /** Does something as soon as some rows are there, and then says whether it did. */
  private Future<Boolean> meanwhile(Callback fault) {
    return threads.submit(
        () -> {
          Instant deadline = Instant.now().plus(PATIENCE);
          while (count("t") == 0) {
            if (over.get() || Instant.now().isAfter(deadline)) {
              return false;
            }
          }
          fault.strike();
          return count("t") < ROWS;
        });
  }

  private interface Callback {
    void strike() throws Exception;
  }

  private static void terminate(String application) throws SQLException {
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace "
            + application
            + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"READ", "WRITE"})
  void copy_shouldSurviveThatItsBackendsAreKilled(String quota) throws Exception {
    long before = Measure.RETRIES.total();
    Future<Boolean> struck =
        meanwhile(
            () -> {
              for (int i = 0; i < 5; i++) {
                terminate(quota);
              }
            });
    copy(spec(), spec());
    over.set(true);

    struck.get();
    assertThat(Measure.RETRIES.total()).isGreaterThan(before);
    assertEachRowOnce();
  }

  @Test
  void copy_shouldSurviveThatTheServerIsStartedAgain() throws Exception {
    Future<Boolean> struck =
        meanwhile(
            () -> {
              server.crash();
              server.restart();
            });
    copy(spec(), spec());
    over.set(true);

    assertThat(struck.get()).as("the server was gone in the middle").isTrue();
    assertEachRowOnce();
  }

  @Test
  void copy_shouldSurviveThatItsConnectionsAreUsedUp() throws Exception {
    List<Connection> others = new ArrayList<>();
    Future<Boolean> struck =
        meanwhile(
            () -> {
              terminate("READ");
              terminate("WRITE");
              try {
                while (true) {
                  others.add(connect());
                }
              } catch (SQLException full) {
                assertThat(full.getSQLState()).isEqualTo("53300");
              }
              others.get(0).createStatement().execute("SELECT pg_sleep(2)");
              for (Connection each : others) {
                each.close();
              }
            });
    copy(spec(), spec());
    over.set(true);

    struck.get();
    assertThat(others).isNotEmpty();
    assertEachRowOnce();
  }

  @Test
  void upsert_shouldSurviveDeadlocks() throws Exception {
    execute(
        "DROP TRIGGER wait ON t", "INSERT INTO t TABLE s", "ALTER TABLE t ADD PRIMARY KEY (id)");
    execute("ALTER SYSTEM SET deadlock_timeout = '50ms'", "SELECT pg_reload_conf()");
    long before = Measure.RETRIES.total();
    Future<Long> other =
        threads.submit(
            () -> {
              long deadlocks = 0;
              try (Connection connection = connect();
                  Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                // Longer than the copy waits, so that it is the copy that is chosen to die.
                statement.execute("SET deadlock_timeout = '60s'");
                connection.commit();
                while (!over.get()) {
                  statement.execute("UPDATE t SET name = name WHERE id = " + ROWS);
                  statement.execute("SELECT pg_sleep(0.05)");
                  for (int id = ROWS - 200; id > 0; id -= 500) {
                    statement.execute("UPDATE t SET name = name WHERE id = " + id);
                  }
                  connection.commit();
                  deadlocks = Measure.RETRIES.total() - before;
                  if (deadlocks > 0) {
                    return deadlocks;
                  }
                }
              }
              return deadlocks;
            });
    for (int i = 0; i < 50 && Measure.RETRIES.total() == before; i++) {
      Pipeline pipeline = Pipeline.create();
      pipeline
          .apply(read(spec()).key("id").parallelism(1))
          .apply(WriteTable.into(spec(), "t").upsert("id"));
      pipeline.run().waitUntilFinish();
    }
    over.set(true);

    other.get();
    assertThat(Measure.RETRIES.total()).as("deadlocks met").isGreaterThan(before);
    assertEachRowOnce();
  }

  @Test
  void append_shouldSayThatNobodyKnows_whenACommitHasNoAnswer() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(server.port())) {
      proxy.loseCommits(1);
      assertThatThrownBy(
              () -> {
                Pipeline pipeline = Pipeline.create();
                pipeline.apply(read(spec())).apply(WriteTable.into(through(proxy), "t"));
                pipeline.run().waitUntilFinish();
              })
          .hasStackTraceContaining(
              "Cannot tell whether the last rows are in public.t: the connection was lost at the"
                  + " commit; run again it would add them once more, unless it keeps a ledger");
    }
  }

  @Test
  void upsert_shouldWriteOnceMore_whenACommitHasNoAnswer() throws Exception {
    execute("ALTER TABLE t ADD PRIMARY KEY (id)");
    try (FaultProxy proxy = FaultProxy.to(server.port())) {
      proxy.loseCommits(2);
      Pipeline pipeline = Pipeline.create();
      pipeline.apply(read(spec())).apply(WriteTable.into(through(proxy), "t").upsert("id"));
      pipeline.run().waitUntilFinish();
      assertThat(proxy.commitsToLose()).isZero();
    }
    assertEachRowOnce();
  }

  @Test
  void copy_shouldEndInTime_whenTheServerFallsSilent() throws Exception {
    Timeouts brief =
        Timeouts.DEFAULT
            .withConnect(Duration.ofSeconds(2))
            .withAcquire(Duration.ofSeconds(3))
            .withStall(Duration.ofSeconds(2));
    try (FaultProxy proxy = FaultProxy.to(server.port())) {
      Future<Boolean> struck = meanwhile(() -> proxy.blackHole(true));
      Instant start = Instant.now();

      assertThatThrownBy(() -> copy(spec(), through(proxy).withTimeouts(brief)))
          .hasStackTraceContaining("Cannot ");
      over.set(true);
      struck.get();
      assertThat(Duration.between(start, Instant.now())).isLessThan(PATIENCE);
    }
  }

  @Test
  void pool_shouldBeFullAgain_afterTheServerWasGone() throws Exception {
    int all = 6;
    try (Pool pool = Pool.share(spec().withMaxConnections(all), Quota.WRITE)) {
      AtomicInteger failures = new AtomicInteger();
      for (int i = 0; i < all; i++) {
        threads.execute(() -> useUntilOver(pool, failures));
      }
      awaitAllOut(all);
      server.crash();
      while (failures.get() < all) {
        Thread.sleep(10);
      }
      server.restart();
      Instant recovered = Instant.now();
      awaitAllOut(all);
      assertThat(Duration.between(recovered, Instant.now())).isLessThan(Duration.ofMinutes(1));
      over.set(true);
    }
  }

  private void useUntilOver(Pool pool, AtomicInteger failures) {
    while (!over.get()) {
      try (Pool.Acquired acquired = pool.acquire("test");
          Statement statement = acquired.connection().createStatement()) {
        try {
          statement.execute("SELECT pg_sleep(0.1)");
        } catch (SQLException failure) {
          throw acquired.explain(failure);
        }
      } catch (SQLException failure) {
        failures.incrementAndGet();
      }
    }
  }

  private static void awaitAllOut(int all) throws InterruptedException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (Pool.connections(Quota.WRITE, PoolState.ACTIVE) < all) {
      assertThat(Instant.now()).as("connections are out").isBefore(deadline);
      Thread.sleep(10);
    }
  }

  @Test
  void connect_shouldWaitForRoom() throws Exception {
    List<Connection> others = new ArrayList<>();
    try {
      while (true) {
        others.add(connect());
      }
    } catch (SQLException full) {
      assertThat(full.getSQLState()).isEqualTo("53300");
    }
    Future<?> room =
        threads.submit(
            () -> {
              others.get(0).createStatement().execute("SELECT pg_sleep(1)");
              for (Connection each : others) {
                each.close();
              }
              return true;
            });
    spec().connect("test").close();
    room.get();
  }

  @Test
  void connect_shouldSayWhoDidNotAnswer() throws Exception {
    Timeouts brief =
        Timeouts.DEFAULT
            .withConnect(Duration.ofSeconds(1))
            .withAcquire(Duration.ofSeconds(3))
            .withStall(Duration.ofSeconds(2));
    try (FaultProxy proxy = FaultProxy.to(server.port())) {
      proxy.blackHole(true);
      ConnectionSpec spec = through(proxy).withTimeouts(brief);
      assertThatThrownBy(() -> spec.connect("test").close())
          .hasMessage("Cannot connect to " + spec.address() + ": no answer within 1 s");
    }
  }

  @Test
  void acquire_shouldNotWaitAsForABusyPool_whenTheServerFallsSilent() throws Exception {
    Timeouts patient =
        Timeouts.DEFAULT
            .withConnect(Duration.ofSeconds(2))
            .withStall(Duration.ofSeconds(2))
            .withAcquire(Duration.ofMinutes(10));
    try (FaultProxy proxy = FaultProxy.to(server.port());
        Pool pool = Pool.share(through(proxy).withTimeouts(patient), Quota.WRITE)) {
      hold(pool);
      proxy.blackHole(true);
      // The pool asks only what was idle for a moment whether it still works.
      Thread.sleep(1000);
      assertThatThrownBy(() -> hold(pool))
          .hasMessageMatching("Cannot connect to .*: no answer within 2 s");
    }
  }

  @Test
  void explain_shouldSayForHowLong_whenTheServerFallsSilent() throws Exception {
    Timeouts brief = Timeouts.DEFAULT.withStall(Duration.ofSeconds(1));
    try (FaultProxy proxy = FaultProxy.to(server.port());
        Pool pool = Pool.share(through(proxy).withTimeouts(brief), Quota.WRITE);
        Pool.Acquired acquired = pool.acquire("test");
        Statement statement = acquired.connection().createStatement()) {
      proxy.blackHole(true);
      SQLException silence =
          catchThrowableOfType(SQLException.class, () -> statement.execute("SELECT 1"));

      assertThat((Throwable) acquired.explain(silence))
          .hasMessage("Cannot test: the server did not answer for 1 s")
          .hasCause(silence);
    }
  }

  @Test
  void acquire_shouldReadWhatIsCommitted_whateverTheRolesDefault() throws Exception {
    execute(
        "DROP ROLE IF EXISTS strict",
        "CREATE ROLE strict LOGIN",
        "ALTER ROLE strict SET default_transaction_isolation = 'serializable'");
    try (Pool pool = Pool.share(spec().withUser("strict"), Quota.WRITE);
        Pool.Acquired acquired = pool.acquire("test");
        Statement statement = acquired.connection().createStatement();
        ResultSet row = statement.executeQuery("SHOW transaction_isolation")) {
      row.next();
      assertThat(row.getString(1)).isEqualTo("read committed");
    }
  }

  private static void hold(Pool pool) throws SQLException {
    try (Pool.Acquired acquired = pool.acquire("test");
        Statement statement = acquired.connection().createStatement()) {
      statement.execute("SELECT 1");
    }
  }

  @Test
  void copy_shouldReadAPasswordAnew(@TempDir Path folder) throws Exception {
    Path secret = Files.writeString(folder.resolve("password"), "first");
    execute("DROP ROLE IF EXISTS writer", "CREATE ROLE writer SUPERUSER LOGIN PASSWORD 'first'");
    Path rules = server.dataDirectory().resolve("pg_hba.conf");
    String before = Files.readString(rules);
    Files.writeString(rules, "host all writer all scram-sha-256\n" + before);
    execute("SELECT pg_reload_conf()");
    ConnectionSpec target =
        spec().withUser("writer").withPassword(Secret.fromFile(secret.toString()));
    Future<Boolean> struck =
        meanwhile(
            () -> {
              execute("ALTER ROLE writer PASSWORD 'second'");
              terminate("WRITE");
              Files.writeString(secret, "second");
            });
    copy(spec(), target);
    over.set(true);

    struck.get();
    assertEachRowOnce();
    Files.writeString(rules, before);
    execute("SELECT pg_reload_conf()");
  }
}
