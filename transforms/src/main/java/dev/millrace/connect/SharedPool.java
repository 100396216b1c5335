// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Timing;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/** The connections that all shares of a {@link Pool} take from. Safe for use by several threads. */
final class SharedPool {

  /** What pools are told apart by. */
  record Key(ConnectionSpec spec, Quota quota) {
    @Override
    public String toString() {
      return quota.name().toLowerCase(Locale.ROOT) + " pool of " + spec;
    }
  }

  /** For a server to show that it still has a connection that was idle. */
  private static final Duration VALIDATION = Duration.ofSeconds(5);

  private final Key key;
  private final HikariDataSource source;
  private final Map<Connection, Pool.Acquired> out = new ConcurrentHashMap<>();
  private final Gate gate;
  private final Watch watch;
  private final @Nullable CeilingQueue queue;
  private final @Nullable Turns turns;

  /** How many shares there are; of {@link Pool}, under its lock. */
  int shares;

  SharedPool(Key key) {
    this.key = key;
    this.source = new HikariDataSource(config(key));
    ConnectionSpec spec = key.spec();
    Ceiling ceiling = spec.ceiling();
    this.queue = ceiling == null ? null : CeilingQueue.of(spec, ceiling);
    this.turns = ceiling == null ? null : new Turns(ceiling, requireNonNull(queue));
    this.gate =
        new Gate(key.toString(), spec.most(key.quota()), spec.timeouts().acquire().dividedBy(2));
    this.watch = new Watch(key, out.values(), gate, this::passed);
  }

  Key key() {
    return key;
  }

  /** What the server shows of its connections. */
  String name() {
    return key.spec().applicationName(key.quota().name());
  }

  Pool.Acquired acquire(String stage) throws SQLException {
    Connection connection;
    try (Stage.Wait wait = Stage.waiting(Spent.CONNECTION)) {
      connection = take(stage);
    }
    Pool.Acquired acquired = new Pool.Acquired(this, connection, stage);
    out.put(connection, acquired);
    acquired.own();
    return acquired;
  }

  private Connection take(String stage) throws SQLException {
    long start = System.nanoTime();
    boolean taken = false;
    enter(stage);
    try {
      Connection connection = connection(start);
      if (turns != null) {
        turns.taken(connection.unwrap(PgConnection.class), connections(PoolState.IDLE));
      }
      taken = true;
      return connection;
    } catch (SQLException failure) {
      failed(failure);
      throw failure;
    } finally {
      if (!taken) {
        gate.leave();
      }
      Timing.POOL_ACQUIRE.sinceOutside(start);
    }
  }

  private void enter(String stage) throws SQLException {
    try {
      gate.enter();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new SQLException("Cannot " + stage + ": it was stopped", stopped);
    }
  }

  /** Whether one that is given back is to be closed, for others to have its slot. */
  boolean isTurnOver(Connection connection) throws SQLException {
    return turns != null && turns.isOver(connection.unwrap(PgConnection.class));
  }

  /** It is not out any more; what it was taken for has failed. */
  void back(Connection connection) {
    out.remove(connection);
    gate.leave();
  }

  /** It is not out any more; what it was taken for was done. */
  void back(Connection connection, long bytes, long nanos) {
    gate.done(bytes, nanos);
    back(connection);
  }

  /** Looks whether connections are held below a ceiling that nobody needs. */
  private void passed() {
    HikariPoolMXBean bean = source.getHikariPoolMXBean();
    if (turns != null && bean != null && turns.passed(bean.getIdleConnections())) {
      bean.softEvictConnections();
    }
  }

  /** Something did not work that had to do with the database. */
  void failed(SQLException failure) {
    if (Fault.of(failure) == Fault.TRANSIENT) {
      gate.congested(Gate.Reason.ERRORS, failure.getSQLState() + ", " + failure.getMessage());
    }
  }

  void evict(Connection connection) {
    source.evictConnection(connection);
  }

  void close() {
    watch.close();
    source.close();
  }

  int connections(PoolState state) {
    HikariPoolMXBean bean = source.getHikariPoolMXBean();
    if (bean == null) {
      return 0;
    }
    return switch (state) {
      case ACTIVE -> bean.getActiveConnections();
      case IDLE -> bean.getIdleConnections();
      case PENDING -> bean.getThreadsAwaitingConnection() + gate.waiting();
      case MAX -> key.spec().most(key.quota());
      case LIMIT -> gate.limit();
    };
  }

  Stream<String> waits() {
    return out.values().stream()
        .flatMap(
            acquired -> {
              Sighting seen = acquired.seen();
              return seen == null || !seen.isWaiting()
                  ? Stream.empty()
                  : Stream.of(acquired.stage() + ": " + seen.sentence());
            });
  }

  /**
   * Waits for a connection while others have them all, but not for a server that has been tried and
   * does not answer: the pool itself would.
   */
  private Connection connection(long start) throws SQLException {
    Duration limit = key.spec().timeouts().acquire();
    while (true) {
      try {
        return source.getConnection();
      } catch (SQLTransientConnectionException timeout) {
        boolean isOver = System.nanoTime() - start >= limit.toNanos();
        // That one which was idle is closed says nothing of a new one.
        if (timeout.getCause() instanceof SQLException refused
            && !(refused instanceof AcquireTimeoutException)
            && (isOver || !Fault.CONNECTION_DOES_NOT_EXIST.equals(refused.getSQLState()))) {
          throw refused;
        }
        if (isOver) {
          throw noneFree(limit, timeout);
        }
      }
    }
  }

  private SQLException noneFree(Duration limit, SQLTransientConnectionException timeout) {
    Measure.TIMEOUTS.addOutside("kind", "acquire");
    return new AcquireTimeoutException(
        "Cannot get a connection from the "
            + key
            + ": none was free within "
            + limit.toSeconds()
            + " s; "
            + out.size()
            + " of "
            + key.spec().most(key.quota())
            + " are out"
            + (out.isEmpty() ? "" : ", to " + stages(out.values()))
            + (queue == null ? "" : queue.held()),
        timeout);
  }

  private static String stages(Collection<Pool.Acquired> out) {
    return out.stream()
        .collect(Collectors.groupingBy(Pool.Acquired::stage, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(held -> held.getKey() + " (" + held.getValue() + ")")
        .collect(Collectors.joining(", "));
  }

  private static HikariConfig config(Key key) {
    ConnectionSpec spec = key.spec();
    HikariConfig config = new HikariConfig();
    config.setPoolName("millrace " + key.quota());
    config.setDataSource(new PgDriver(spec, key.quota(), key.quota().name()));
    config.setAutoCommit(false);
    // What the ledger's locks rely on. Left to itself the pool asks its first connection, and if
    // that is lost meanwhile, takes an unknown level for the answer and opens no other.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setMaximumPoolSize(spec.most(key.quota()));
    config.setMinimumIdle(0);
    config.setIdleTimeout(Duration.ofSeconds(30).toMillis());
    Timeouts timeouts = spec.timeouts();
    long patience = Math.min(timeouts.acquire().toMillis(), timeouts.stall().toMillis());
    config.setConnectionTimeout(patience);
    config.setValidationTimeout(Math.min(patience, VALIDATION.toMillis()));
    // Opening is lazy, so that a share costs nothing until a connection is wanted.
    config.setInitializationFailTimeout(-1);
    return config;
  }
}
