// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.codahale.metrics.Gauge;
import dev.millrace.observe.Measure;
import dev.millrace.observe.MetricsServer;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
  private static final Map<SharedPool.Key, SharedPool> POOLS = new HashMap<>();

  static {
    for (Quota quota : List.of(Quota.READ, Quota.WRITE, Quota.LOOKUP)) {
      for (PoolState state : PoolState.values()) {
        Gauge<Integer> gauge = () -> connections(quota, state);
        Measure.registry()
            .registerGauge(
                Measure.labelled(
                    "millrace_pool_connections",
                    "pool",
                    quota.name().toLowerCase(Locale.ROOT),
                    "state",
                    state.name().toLowerCase(Locale.ROOT)),
                gauge);
      }
    }
  }

  private final SharedPool shared;

  private Pool(SharedPool shared) {
    this.shared = shared;
  }

  /** Takes a share; connections open when they are first acquired. */
  public static Pool share(ConnectionSpec spec, Quota quota) {
    SharedPool.Key key = new SharedPool.Key(spec, quota);
    synchronized (POOLS) {
      MetricsServer.hold();
      SharedPool shared = POOLS.computeIfAbsent(key, SharedPool::new);
      shared.shares++;
      return new Pool(shared);
    }
  }

  /** Pools open in this JVM. */
  static int open() {
    synchronized (POOLS) {
      return POOLS.size();
    }
  }

  /** Connections of the pools of this JVM; under {@link PoolState#PENDING} who waits for one. */
  public static int connections(Quota quota, PoolState state) {
    synchronized (POOLS) {
      return POOLS.values().stream()
          .filter(pool -> pool.key().quota() == quota)
          .mapToInt(pool -> pool.connections(state))
          .sum();
    }
  }

  /**
   * What stages of this JVM wait for within the database, as was seen in the last seconds: a
   * sentence each, as in {@code write public.item waits for a lock that session 17 of app holds}.
   */
  public static List<String> waits() {
    synchronized (POOLS) {
      return POOLS.values().stream().flatMap(SharedPool::waits).sorted().toList();
    }
  }

  /** For how long sessions of this JVM were seen waiting for locks, all together, in seconds. */
  public static double lockWaitSeconds() {
    return Watch.lockWaitSeconds();
  }

  /**
   * For how long threads of this JVM waited for a connection while fewer were let into a database
   * than it has connections for, all together, in seconds.
   */
  public static double throttledSeconds() {
    return Gate.throttledSeconds();
  }

  /**
   * Takes a connection, with auto-commit off, until it is closed. Whoever keeps it for longer than
   * {@link Timeouts#transaction} loses it.
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
        POOLS.remove(shared.key());
        shared.close();
      }
      MetricsServer.release();
    }
  }

  /** Has the server stop what it does for a connection, if it still listens. */
  static void cancelQuery(Connection connection) {
    try {
      connection.unwrap(PgConnection.class).cancelQuery();
    } catch (SQLException deaf) {
      LOG.debug("A query could not be cancelled", deaf);
    }
  }

  /**
   * A connection taken from a pool; closing gives it back, rolled back. Used by one thread, but for
   * {@link #abort}.
   */
  public static final class Acquired implements AutoCloseable {
    private static final String LIMIT =
        """
        SELECT set_config('lock_timeout', CASE current_setting('lock_timeout') WHEN '0' THEN ?
                          ELSE current_setting('lock_timeout') END, true),
               set_config('application_name', coalesce(nullif(?, ''),
                          current_setting('application_name')), true)""";

    private final SharedPool shared;
    private final Connection connection;
    private final String stage;
    private final long since = System.nanoTime();
    // Until it is given back, what keeps its thread is the server.
    private final Stage.Wait wait = Stage.waiting(Spent.DATABASE);
    private final @Nullable Owner owner = Owner.current();
    private volatile long looked = since;
    private volatile @Nullable Sighting seen;
    private volatile @Nullable String aborted;
    private long written;
    private boolean failed;

    Acquired(SharedPool shared, Connection connection, String stage) {
      this.shared = shared;
      this.connection = connection;
      this.stage = stage;
    }

    public Connection connection() {
      return connection;
    }

    /** Tells whose it is; gives it back if that one was ended. */
    void own() throws SQLException {
      if (owner != null) {
        try {
          owner.took(this);
        } catch (SQLException ended) {
          close();
          throw ended;
        }
      }
    }

    String stage() {
      return stage;
    }

    /** For how long it has been out, in nanoseconds. */
    long age() {
      return System.nanoTime() - since;
    }

    /** What it was seen doing last; null if it was not looked at. */
    @Nullable Sighting seen() {
      return seen;
    }

    /**
     * It was looked at.
     *
     * @return for how long it has waited for a lock, since it was looked at before
     */
    Duration see(Sighting sighting) {
      seen = sighting;
      long now = System.nanoTime();
      Duration wait = Duration.ofNanos(now - looked);
      looked = now;
      if (!sighting.isWaiting()) {
        return Duration.ZERO;
      }
      wait = sighting.waited().compareTo(wait) < 0 ? sighting.waited() : wait;
      this.wait.locked(wait.toNanos(), sighting.holder());
      return wait;
    }

    /** The process of the server at its other end. */
    int backend() throws SQLException {
      return connection.unwrap(PgConnection.class).getBackendPID();
    }

    /**
     * Limits how long this transaction waits for a lock, unless the session says so itself; and has
     * the server show what it is for, if it is known of which run. Called when the transaction has
     * begun.
     */
    public void limitLocks() throws SQLException {
      ConnectionSpec spec = shared.key().spec();
      try (PreparedStatement statement = connection.prepareStatement(LIMIT)) {
        statement.setString(1, Long.toString(spec.timeouts().lock().toMillis()));
        statement.setString(2, spec.run().isEmpty() ? "" : shared.name() + " " + stage);
        statement.execute();
      }
    }

    /**
     * Cuts the connection whatever it is doing, without a word to the server.
     *
     * @param why what {@link #explain} is to say, as in {@code the server took nothing for 120 s}
     */
    void abort(String why) {
      say(why);
      cut();
    }

    /** As {@link #abort}, and has the server stop what it is doing, if it still listens. */
    void cancel(String why) {
      say(why);
      cancelQuery(connection);
      cut();
    }

    private void say(String why) {
      aborted = sentence(why);
    }

    private String sentence(String why) {
      Sighting last = seen;
      return "Cannot " + stage + ": " + why + (last == null ? "" : "; " + last.sentence());
    }

    private void cut() {
      try {
        connection.unwrap(PgConnection.class).abort(Runnable::run);
      } catch (SQLException alreadyClosed) {
        LOG.debug("A connection to abort was closed already", alreadyClosed);
      }
      shared.evict(connection);
    }

    /** So many bytes were written and committed with it since it was taken. */
    public void wrote(long bytes) {
      written = bytes;
    }

    /**
     * Says more of a failure, if more is known: that the connection was cut here, and why; for how
     * long the server did not answer; or who held the lock that was waited for.
     */
    public SQLException explain(SQLException failure) {
      failed = true;
      shared.failed(failure);
      String why = aborted;
      if (why != null) {
        return new SQLException(why, failure);
      }
      if (Fault.isTimeout(failure)) {
        Measure.TIMEOUTS.addOutside("kind", "stall");
        Duration limit = shared.key().spec().timeouts().stall();
        return new SQLException(
            sentence("the server did not answer for " + limit.toSeconds() + " s"),
            failure.getSQLState(),
            failure);
      }
      Sighting last = seen;
      if (Fault.LOCK_NOT_AVAILABLE.equals(failure.getSQLState())) {
        Measure.TIMEOUTS.addOutside("kind", "lock");
        if (last != null && last.isWaiting()) {
          return new SQLException(
              failure.getMessage() + "; " + last.sentence(), failure.getSQLState(), failure);
        }
      }
      return failure;
    }

    @Override
    public void close() throws SQLException {
      if (owner != null) {
        owner.gaveBack(this);
      }
      long nanos = age();
      try (wait;
          connection) {
        giveUp();
      } finally {
        // Only now, or who comes next would find the pool still full, and wait in vain.
        if (failed) {
          shared.back(connection);
        } else {
          shared.back(connection, written, nanos);
        }
      }
    }

    /** The pool itself knows of no query that went past it, as a COPY does. */
    private void giveUp() {
      try {
        if (connection.unwrap(PgConnection.class).getTransactionState() != TransactionState.IDLE) {
          connection.rollback();
        }
        if (shared.isTurnOver(connection)) {
          shared.evict(connection);
        }
      } catch (SQLException lost) {
        LOG.debug("A connection given back was lost already", lost);
        shared.evict(connection);
      }
    }
  }
}
