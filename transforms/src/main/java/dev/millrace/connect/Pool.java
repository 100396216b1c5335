// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share in the pool of connections that this JVM (this class loader) keeps for a specification
 * and a {@link Quota}. The pool opens with its first share and closes with its last. Safe for use
 * by several threads; {@link #close} once.
 */
public final class Pool implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Pool.class);
  private static final Map<Key, Shared> POOLS = new HashMap<>();

  private final Key key;
  private final Shared shared;

  private Pool(Key key, Shared shared) {
    this.key = key;
    this.shared = shared;
  }

  /** Takes a share; connections open when they are first acquired. */
  public static Pool share(ConnectionSpec spec, Quota quota) {
    Key key = new Key(spec, quota);
    synchronized (POOLS) {
      Shared shared = POOLS.computeIfAbsent(key, Shared::new);
      shared.shares++;
      return new Pool(key, shared);
    }
  }

  /** Pools open in this JVM. */
  static int open() {
    synchronized (POOLS) {
      return POOLS.size();
    }
  }

  /**
   * Takes a connection, with auto-commit off, until it is closed.
   *
   * @param stage what it is for, named to others who wait
   * @throws SQLException when none is free in time, naming the stages that hold them; or when the
   *     server refuses
   */
  public Acquired acquire(String stage) throws SQLException {
    return shared.acquire(stage);
  }

  /** Gives the share back; the last one closes the pool. */
  @Override
  public void close() {
    synchronized (POOLS) {
      if (--shared.shares == 0) {
        POOLS.remove(key);
        shared.source.close();
      }
    }
  }

  /** A connection taken from a pool; closing gives it back, rolled back. */
  public static final class Acquired implements AutoCloseable {
    private final Shared shared;
    private final Connection connection;

    private Acquired(Shared shared, Connection connection) {
      this.shared = shared;
      this.connection = connection;
    }

    public Connection connection() {
      return connection;
    }

    /** Cuts the connection whatever it is doing, without a word to the server. */
    public void abort() {
      try {
        connection.unwrap(PgConnection.class).abort(Runnable::run);
      } catch (SQLException alreadyClosed) {
        LOG.debug("A connection to abort was closed already", alreadyClosed);
      }
      shared.source.evictConnection(connection);
    }

    @Override
    public void close() throws SQLException {
      shared.holders.remove(connection);
      try (connection) {
        rollback();
      }
    }

    /** The pool itself knows of no query that went past it, as a COPY does. */
    private void rollback() {
      try {
        if (connection.unwrap(PgConnection.class).getTransactionState() != TransactionState.IDLE) {
          connection.rollback();
        }
      } catch (SQLException lost) {
        LOG.debug("A connection given back was lost already", lost);
        shared.source.evictConnection(connection);
      }
    }
  }

  private record Key(ConnectionSpec spec, Quota quota) {
    @Override
    public String toString() {
      return quota.name().toLowerCase(Locale.ROOT) + " pool of " + spec;
    }
  }

  private static final class Shared {
    private final Key key;
    private final HikariDataSource source;
    private final Map<Connection, String> holders = new ConcurrentHashMap<>();
    private int shares;

    Shared(Key key) {
      this.key = key;
      this.source = new HikariDataSource(config(key));
    }

    Acquired acquire(String stage) throws SQLException {
      try {
        Connection connection = source.getConnection();
        holders.put(connection, stage);
        return new Acquired(this, connection);
      } catch (SQLTransientConnectionException timeout) {
        throw explained(timeout);
      }
    }

    private SQLException explained(SQLTransientConnectionException timeout) {
      if (timeout.getCause() instanceof SQLException refused) {
        return refused;
      }
      Duration limit = key.spec().timeouts().acquire();
      return new AcquireTimeoutException(
          "Cannot get a connection from the "
              + key
              + ": none was free within "
              + limit.toSeconds()
              + " s; "
              + holders.size()
              + " of "
              + key.spec().maxConnections()
              + " are out, to "
              + stages(),
          timeout);
    }

    private String stages() {
      return holders.values().stream()
          .collect(Collectors.groupingBy(stage -> stage, TreeMap::new, Collectors.counting()))
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
      config.setConnectionTimeout(spec.timeouts().acquire().toMillis());
      config.setValidationTimeout(
          Math.min(spec.timeouts().acquire().toMillis(), Duration.ofSeconds(5).toMillis()));
      // Opening is lazy, so that a share costs nothing until a connection is wanted.
      config.setInitializationFailTimeout(-1);
      return config;
    }
  }
}
