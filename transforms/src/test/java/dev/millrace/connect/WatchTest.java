// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Timing;
import dev.millrace.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

@Timeout(120)
class WatchTest {

  private static final String HOLDER = "another's application";

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void table() throws SQLException {
    POSTGRES.execute("DROP TABLE IF EXISTS t", "CREATE TABLE t (id int)");
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static ConnectionSpec spec() {
    return ConnectionSpec.of(POSTGRES.jdbcUrl());
  }

  /** Locks the table in a transaction of its own, as an application of this name. */
  private static Connection holder() throws SQLException {
    Connection connection = spec().connect("holder");
    connection.setClientInfo("ApplicationName", HOLDER);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LOCK TABLE t");
    }
    return connection;
  }

  private static SQLException failure(Pool pool, String sql) {
    try (Pool.Acquired acquired = pool.acquire("write public.t");
        Statement statement = acquired.connection().createStatement()) {
      acquired.limitLocks();
      try {
        statement.execute(sql);
      } catch (SQLException failure) {
        return acquired.explain(failure);
      }
    } catch (SQLException failure) {
      return failure;
    }
    throw new AssertionError("did not fail: " + sql);
  }

  @Test
  void explain_shouldNameTheQueryAndItsAge_whenATransactionTakesTooLong() throws Exception {
    ConnectionSpec spec =
        spec().withTimeouts(Timeouts.DEFAULT.withTransaction(Duration.ofSeconds(9)));
    try (Pool pool = Pool.share(spec, Quota.WRITE)) {
      assertThat(failure(pool, "SELECT pg_sleep(600)").getMessage())
          .matches(
              "Cannot write public\\.t: it took longer than the 9 s a transaction may take;"
                  + " \"SELECT pg_sleep\\(600\\)\" was at it for \\d s");
    }
    assertThat(awaitEnd("SELECT pg_sleep(600)")).as("the server went on").isZero();
  }

  @Test
  void explain_shouldNameWhoHeldTheLock_whenItIsNotHadInTime() throws Exception {
    ConnectionSpec spec = spec().withTimeouts(Timeouts.DEFAULT.withLock(Duration.ofSeconds(9)));
    long before = Measure.TIMEOUTS.total();
    try (Pool pool = Pool.share(spec, Quota.WRITE);
        Connection holder = holder()) {
      SQLException failure = failure(pool, "INSERT INTO t VALUES (1)");
      assertThat(holder.isClosed()).isFalse();
      assertThat(failure.getSQLState()).isEqualTo("55P03");
      assertThat(failure.getMessage())
          .contains(
              "\"INSERT INTO t VALUES (1)\" was at it for",
              "waiting for a lock that session",
              "(another's application, idle in transaction) held");
    }
    assertThat(Measure.TIMEOUTS.total()).isEqualTo(before + 1);
    assertThat(Pool.lockWaitSeconds()).isPositive();
  }

  @Test
  void limitLocks_shouldLeaveASessionItsOwnLimit() throws Exception {
    try (Pool pool = Pool.share(spec(), Quota.WRITE);
        Pool.Acquired acquired = pool.acquire("test")) {
      assertThat(lockTimeout(acquired)).isEqualTo("30s");
      try (Statement statement = acquired.connection().createStatement()) {
        statement.execute("SET LOCAL lock_timeout = '7s'");
      }
      assertThat(lockTimeout(acquired)).isEqualTo("7s");
    }
  }

  private static String lockTimeout(Pool.Acquired acquired) throws SQLException {
    acquired.limitLocks();
    try (Statement statement = acquired.connection().createStatement();
        ResultSet row = statement.executeQuery("SHOW lock_timeout")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void waits_shouldSayWhatAStageWaitsFor() throws Exception {
    try (Pool pool = Pool.share(spec(), Quota.WRITE)) {
      try (Connection holder = holder()) {
        Future<SQLException> waiter =
            threads.submit(() -> failure(pool, "INSERT INTO t VALUES (1); SELECT 1 / 0"));
        Instant deadline = Instant.now().plusSeconds(60);
        while (Pool.waits().isEmpty() && Instant.now().isBefore(deadline)) {
          Thread.sleep(50);
        }
        List<String> waits = Pool.waits();
        assertThat(waits).hasSize(1);
        assertThat(waits.get(0)).startsWith("write public.t: ").contains(HOLDER);
        assertThat(Pool.connections(Quota.WRITE, PoolState.ACTIVE)).isEqualTo(1);
        holder.rollback();
        assertThat(waiter.get().getSQLState()).isEqualTo("22012");
      }
      assertThat(Pool.waits()).isEmpty();
      assertThat(Pool.connections(Quota.WRITE, PoolState.ACTIVE)).isZero();
    }
  }

  /** A replica that receives what is written and says that it has applied nothing of it. */
  @Test
  void acquire_shouldWait_whileAReplicaIsFarBehind() throws Exception {
    Properties replica = new Properties();
    PGProperty.REPLICATION.set(replica, "database");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(replica, "9.4");
    PGProperty.PREFER_QUERY_MODE.set(replica, "simple");
    PGProperty.APPLICATION_NAME.set(replica, "slow_replica");
    ConnectionSpec spec = spec().withTimeouts(Timeouts.DEFAULT.withLag(Duration.ofSeconds(1)));
    try (Connection connection = DriverManager.getConnection(POSTGRES.jdbcUrl(), replica);
        PGReplicationStream stream = stream(connection);
        Pool pool = Pool.share(spec, Quota.WRITE)) {
      Future<?> receiver = threads.submit(() -> receive(stream));
      Instant deadline = Instant.now().plusSeconds(60);
      String latest = "";
      while (!latest.contains("replica lag") && Instant.now().isBefore(deadline)) {
        try (Pool.Acquired acquired = pool.acquire("write public.t");
            Statement statement = acquired.connection().createStatement()) {
          statement.execute("INSERT INTO t VALUES (1)");
          acquired.connection().commit();
          Thread.sleep(100);
        }
        List<Events.Event> events = Events.latest();
        latest = events.isEmpty() ? "" : events.get(events.size() - 1).text();
      }
      assertThat(latest).matches(".* for replica lag: slow_replica is \\d+ s behind");
      Instant shut = Instant.now();
      pool.acquire("write public.t").close();
      assertThat(Duration.between(shut, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
      receiver.cancel(true);
    }
  }

  private static PGReplicationStream stream(Connection connection) throws SQLException {
    String now = POSTGRES.value("SELECT pg_current_wal_lsn()::text", String.class);
    return connection
        .unwrap(PGConnection.class)
        .getReplicationAPI()
        .replicationStream()
        .physical()
        .withStartPosition(LogSequenceNumber.valueOf(now))
        .withStatusInterval(1, TimeUnit.SECONDS)
        .start();
  }

  private static Void receive(PGReplicationStream stream) throws Exception {
    while (true) {
      if (stream.readPending() == null) {
        Thread.sleep(20);
      }
    }
  }

  @Test
  void acquire_shouldNameWhoHasThem_whenNoneIsFree() throws Exception {
    ConnectionSpec spec =
        spec()
            .withMaxConnections(1)
            .withTimeouts(Timeouts.DEFAULT.withAcquire(Duration.ofSeconds(1)));
    long before = Timing.POOL_ACQUIRE.count();
    double secondsBefore = Timing.POOL_ACQUIRE.seconds();
    try (Pool pool = Pool.share(spec, Quota.READ);
        Pool.Acquired first = pool.acquire("read public.t")) {
      assertThatThrownBy(() -> pool.acquire("read public.u").close())
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageContaining("1 of 1 are out, to read public.t (1)");
      assertThat(first.connection().isClosed()).isFalse();
    }
    assertThat(Timing.POOL_ACQUIRE.count()).isEqualTo(before + 2);
    assertThat(Timing.POOL_ACQUIRE.seconds() - secondsBefore).isGreaterThanOrEqualTo(1);
  }

  /** How many still run a query when none does any more, or after a minute: nobody waits for it. */
  private static long awaitEnd(String query) throws SQLException {
    Instant deadline = Instant.now().plusSeconds(60);
    long running = running(query);
    while (running > 0 && Instant.now().isBefore(deadline)) {
      POSTGRES.execute("SELECT pg_sleep(0.05)");
      running = running(query);
    }
    return running;
  }

  private static long running(String query) throws SQLException {
    try (Connection connection = spec().connect("test");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '"
                    + query
                    + "'")) {
      row.next();
      return row.getLong(1);
    }
  }
}
