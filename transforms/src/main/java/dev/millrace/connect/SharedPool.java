// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.millrace.observe.Measure;
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

  /** How many shares there are; of {@link Pool}, under its lock. */
  int shares;

  SharedPool(Key key) {
    this.key = key;
    this.source = new HikariDataSource(config(key));
    Timeouts timeouts = key.spec().timeouts();
    this.gate =
        new Gate(key.toString(), key.spec().maxConnections(), timeouts.acquire().dividedBy(2));
    this.watch = new Watch(key, out.values(), gate);
  }

  Key key() {
    return key;
  }

  Pool.Acquired acquire(String stage) throws SQLException {
    long start = System.nanoTime();
    boolean taken = false;
    enter(stage);
    try {
      Connection connection = connection(start);
      Pool.Acquired acquired = new Pool.Acquired(this, connection, stage);
      out.put(connection, acquired);
      taken = true;
      return acquired;
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

  /** Takes it back from who failed. */
  void back(Connection connection) {
    out.remove(connection);
    gate.leave();
  }

  /** Takes it back from who did what it was taken for. */
  void back(Connection connection, long bytes, long nanos) {
    gate.done(bytes, nanos);
    back(connection);
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
    var bean = source.getHikariPoolMXBean();
    if (bean == null) {
      return 0;
    }
    return switch (state) {
      case ACTIVE -> bean.getActiveConnections();
      case IDLE -> bean.getIdleConnections();
      case PENDING -> bean.getThreadsAwaitingConnection();
      case MAX -> key.spec().maxConnections();
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
            + key.spec().maxConnections()
            + " are out, to "
            + stages(out.values()),
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
    config.setDataSource(new PgDriver(spec, key.quota().name()));
    config.setAutoCommit(false);
    config.setMaximumPoolSize(spec.maxConnections());
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
