// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Memory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the connections that are out of a pool. While somebody has one for more than some
 * seconds, or writes, the server is asked every few seconds, over a connection beside the pool that
 * is opened for the moment, what they do, whose locks they wait for and how far its replicas are
 * behind. Who has one for longer than a transaction may take loses it.
 */
final class Watch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private static final Duration TICK = Duration.ofMillis(500);

  private static final int TICKS = 2;

  /** What is out for less is not worth a connection. */
  private static final Duration YOUNG = Duration.ofSeconds(2);

  /** Between two looks. */
  private static final Duration PERIOD = Duration.ofSeconds(5);

  /** The same, while somebody waits for a lock: it is told for how long. */
  private static final Duration LOCK_PERIOD = Duration.ofSeconds(1);

  /** For a server to answer: later it is of no use. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /**
   * Who blocks is asked for only where it is known that somebody does: it halts lock tables. Since
   * when is known from PostgreSQL 14 on, and otherwise said to be since the statement began.
   */
  private static final String LOOK =
      """
      SELECT a.pid, a.query,
             (extract(epoch FROM clock_timestamp() - a.query_start) * 1000)::bigint,
             CASE WHEN a.wait_event_type = 'Lock' THEN coalesce((
               SELECT string_agg(
                        concat('session ', b.pid, ' of ', b.usename,
                               ' (' || nullif(concat_ws(', ', nullif(b.application_name, ''),
                                                        b.state), '') || ')'), ' and ')
               FROM pg_stat_activity AS b WHERE b.pid = ANY (pg_blocking_pids(a.pid))), '') END,
             CASE WHEN a.wait_event_type = 'Lock' THEN (
               SELECT (extract(epoch FROM clock_timestamp() - min(coalesce(
                        (to_jsonb(l) ->> 'waitstart')::timestamptz, a.query_start))) * 1000)::bigint
               FROM pg_locks AS l WHERE l.pid = a.pid AND NOT l.granted) END
      FROM pg_stat_activity AS a WHERE a.pid = ANY (?)""";

  private static final LongAdder LOCK_WAIT_MILLIS = new LongAdder();

  static {
    Measure.registry().gauge("millrace_lock_wait_seconds_total", () -> Watch::lockWaitSeconds);
  }

  /** Who sees no more of the replicas than that there are some is told of none. */
  private static final String LAG =
      """
      SELECT coalesce(nullif(application_name, ''), client_addr::text, pid::text),
             (extract(epoch FROM replay_lag) * 1000)::bigint
      FROM pg_stat_replication WHERE replay_lag IS NOT NULL ORDER BY replay_lag DESC LIMIT 1""";

  private final Quota quota;
  private final Timeouts timeouts;
  private final ConnectionSpec brief;
  private final Collection<Pool.Acquired> out;
  private final Gate gate;
  private final Runnable passed;
  private final ScheduledExecutorService clock;
  private final ScheduledFuture<?> ticks;
  private long lastLook = System.nanoTime();
  private boolean isLocked;
  private int ticked;

  /**
   * Looks after connections until closed.
   *
   * @param out those that are out, as it changes
   * @param gate that is told of what is seen
   * @param passed is run every few ticks
   */
  Watch(SharedPool.Key pool, Collection<Pool.Acquired> out, Gate gate, Runnable passed) {
    this.quota = pool.quota();
    this.timeouts = pool.spec().timeouts();
    this.brief =
        pool.spec()
            .withTimeouts(
                timeouts
                    .withConnect(PATIENCE)
                    .withAcquire(PATIENCE)
                    .withStall(PATIENCE)
                    .withRetry(Retry.NEVER));
    this.out = out;
    this.gate = gate;
    this.passed = passed;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            new ThreadFactoryBuilder().setDaemon(true).setNameFormat("millrace-watch").build());
    this.ticks =
        clock.scheduleWithFixedDelay(
            this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** For how long sessions of this JVM were seen waiting for locks, all together. */
  static double lockWaitSeconds() {
    return LOCK_WAIT_MILLIS.sum() / 1000.0;
  }

  private void tick() {
    try {
      out.forEach(this::limit);
      spareMemory();
      ticked++;
      if (ticked % TICKS == 0) {
        passed.run();
      }
      Duration period = isLocked ? LOCK_PERIOD : PERIOD;
      if (System.nanoTime() - lastLook >= period.toNanos() && isWorth()) {
        lastLook = System.nanoTime();
        look();
      }
    } catch (SQLException | RuntimeException failure) {
      LOG.debug("Cannot look after a pool for now", failure);
    }
  }

  /** Fewer readers hold less; writers only hold what is to be gone soon. */
  private void spareMemory() {
    Memory memory = Memory.ofThisJvm();
    if (quota == Quota.READ && memory.pressure() > 1) {
      gate.congested(Gate.Reason.MEMORY, memory.sign());
    }
  }

  private void limit(Pool.Acquired acquired) {
    Duration limit = timeouts.transaction();
    if (acquired.age() > limit.toNanos()) {
      Measure.TIMEOUTS.addOutside("kind", "transaction");
      acquired.cancel("it took longer than the " + limit.toSeconds() + " s a transaction may take");
    }
  }

  /** Whether somebody has a connection for long, or writes what replicas have to follow. */
  private boolean isWorth() {
    return out.stream().anyMatch(each -> quota == Quota.WRITE || each.age() > YOUNG.toNanos());
  }

  private void look() throws SQLException {
    try (Connection connection = brief.connectAside("watch")) {
      Map<Integer, Pool.Acquired> backends = new HashMap<>();
      for (Pool.Acquired acquired : out) {
        backends.put(acquired.backend(), acquired);
      }
      sight(connection, backends);
      if (quota == Quota.WRITE) {
        lag(connection);
      }
    }
  }

  private void sight(Connection connection, Map<Integer, Pool.Acquired> backends)
      throws SQLException {
    try (PreparedStatement look = connection.prepareStatement(LOOK)) {
      look.setArray(1, connection.createArrayOf("int4", backends.keySet().toArray()));
      isLocked = false;
      try (ResultSet row = look.executeQuery()) {
        while (row.next()) {
          Sighting sighting = sighting(row);
          Pool.Acquired acquired = backends.get(row.getInt(1));
          if (acquired != null) {
            LOCK_WAIT_MILLIS.add(acquired.see(sighting).toMillis());
          }
          if (sighting.isWaiting()) {
            isLocked = true;
            gate.congested(Gate.Reason.LOCK_WAITS, sighting.sentence());
          }
        }
      }
    }
  }

  private static Sighting sighting(ResultSet row) throws SQLException {
    return new Sighting(
        String.valueOf(row.getString(2)),
        Duration.ofMillis(row.getLong(3)),
        row.getString(4),
        Duration.ofMillis(row.getLong(5)));
  }

  private void lag(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(LAG)) {
      if (row.next() && row.getLong(2) > timeouts.lag().toMillis()) {
        gate.shut(
            PERIOD.multipliedBy(2),
            Gate.Reason.REPLICA_LAG,
            "%s is %d s behind".formatted(row.getString(1), row.getLong(2) / 1000));
      }
    }
  }

  @Override
  public void close() {
    ticks.cancel(true);
    clock.shutdownNow();
  }
}
