// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static java.util.Objects.requireNonNull;

import dev.millrace.control.PollPace;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those of this JVM who wait for a connection below a {@link Ceiling}. One of them at a time asks,
 * for all: over a connection that becomes that of whoever a slot is got for. So a JVM that waits
 * has one connection more than it has slots, however many wait in it. Safe for use by several
 * threads.
 */
final class CeilingQueue {

  private static final Logger LOG = LoggerFactory.getLogger(CeilingQueue.class);

  private static final Map<ConnectionSpec, CeilingQueue> QUEUES = new ConcurrentHashMap<>();

  /** Between two looks at who waits and who holds. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Opens a connection, which as yet has no slot. */
  interface Opening {
    Connection open() throws SQLException;
  }

  private final Ceiling ceiling;

  /** In the order they came. */
  private final List<Waiter> waiters = new ArrayList<>();

  private boolean isAsking;
  private volatile String holders = "";
  private volatile Duration opening = Duration.ZERO;

  private CeilingQueue(Ceiling ceiling) {
    this.ceiling = ceiling;
  }

  /** The queue for one database, one role and one ceiling, however long each is ready to wait. */
  static CeilingQueue of(ConnectionSpec spec, Ceiling ceiling) {
    ConnectionSpec key = spec.withTimeouts(Timeouts.DEFAULT).withMaxConnections(1).withRun("");
    return QUEUES.computeIfAbsent(key, any -> new CeilingQueue(ceiling));
  }

  /** How long it takes to open a connection, without the wait for its slot. */
  Duration opening() {
    return opening;
  }

  /** Who held the slots when they were looked at last, as a part of a sentence; perhaps empty. */
  String held() {
    String known = holders;
    return known.isEmpty()
        ? ""
        : "; pool %s has %d at most, held by %s"
            .formatted(ceiling.pool(), ceiling.connections(), known);
  }

  /**
   * Opens a connection once there is a slot for it.
   *
   * @throws AcquireTimeoutException when there is none in time
   * @throws SQLException when the server does not answer or refuses
   */
  Connection take(Quota quota, Duration patience, Opening opening) throws SQLException {
    Waiter me = new Waiter(quota, patience);
    join(me);
    try {
      while (!isServed(me)) {
        try {
          ask(me, opening);
        } finally {
          pass();
        }
      }
      return collect(me);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new SQLException("Cannot wait for a connection: it was stopped", stopped);
    } finally {
      leave(me);
    }
  }

  private synchronized void join(Waiter waiter) {
    waiters.add(waiter);
  }

  private synchronized Connection collect(Waiter served) {
    waiters.remove(served);
    return requireNonNull(served.given);
  }

  /** Who was stopped may have been given a connection at the same moment. */
  private synchronized void leave(Waiter waiter) {
    if (waiters.remove(waiter)) {
      close(waiter.given);
    }
  }

  /** Waits until a connection was given, and then is true; or it is this one's turn to ask. */
  private synchronized boolean isServed(Waiter me)
      throws InterruptedException, AcquireTimeoutException {
    while (me.given == null && isAsking && me.left() > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, me.left());
    }
    if (me.given == null && me.left() <= 0) {
      throw new AcquireTimeoutException(
          "Cannot get one of the connections of pool %s: none was free within %d s"
                  .formatted(ceiling.pool(), me.patience.toSeconds())
              + held());
    }
    isAsking |= me.given == null;
    return me.given != null;
  }

  private synchronized void pass() {
    isAsking = false;
    notifyAll();
  }

  /** Asks until there is a slot for somebody, or this one has waited for long enough. */
  private void ask(Waiter me, Opening opening) throws SQLException, InterruptedException {
    Connection connection = open(opening);
    try {
      SlotSession session = new SlotSession(connection, ceiling);
      Optional<Quota> got = session.takeFirst(wanted());
      if (got.isEmpty()) {
        got = poll(me, session);
      }
      if (got.isPresent() && give(connection, got.get())) {
        connection = null;
      }
    } finally {
      close(connection);
    }
  }

  private Connection open(Opening how) throws SQLException {
    long start = System.nanoTime();
    Connection connection = how.open();
    try {
      new SlotSession(connection, ceiling).open();
      opening = Duration.ofNanos(System.nanoTime() - start);
      return connection;
    } catch (SQLException | RuntimeException failure) {
      close(connection);
      throw failure;
    }
  }

  /** Others are to know that somebody waits, unless it is only to look. */
  private Optional<Quota> poll(Waiter me, SlotSession session)
      throws SQLException, InterruptedException {
    int waiting = 1;
    long looked = 0;
    boolean isKnown = false;
    while (me.left() > 0) {
      if (!isKnown && !wanted().equals(Set.of(Quota.ASIDE))) {
        session.beginWaiting();
        isKnown = true;
      }
      if (looked == 0 || System.nanoTime() - looked > LOOK.toNanos()) {
        waiting = Math.max(1, session.waiting());
        holders = session.holders();
        looked = System.nanoTime();
      }
      double chance = ThreadLocalRandom.current().nextDouble();
      Duration pause = PollPace.pause(waiting, me.waited(), chance);
      LockSupport.parkNanos(Math.min(pause.toNanos(), me.left()));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Optional<Quota> got = session.takeFirst(wanted());
      if (got.isPresent()) {
        if (isKnown) {
          session.endWaiting();
        }
        return got;
      }
    }
    return Optional.empty();
  }

  /** For what connections are waited, what for the longest first. */
  private synchronized Set<Quota> wanted() {
    return waiters.stream()
        .filter(waiter -> waiter.given == null)
        .map(waiter -> waiter.quota)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Hands a connection with its slot to who has waited the longest for it, if still anybody is. */
  private synchronized boolean give(Connection connection, Quota quota) {
    Optional<Waiter> first =
        waiters.stream()
            .filter(waiter -> waiter.quota == quota && waiter.given == null)
            .findFirst();
    first.ifPresent(waiter -> waiter.given = connection);
    return first.isPresent();
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException lost) {
        LOG.debug("A connection without a slot was lost already", lost);
      }
    }
  }

  /** Who waits for a connection; what was given is read and written under the queue's lock. */
  private static final class Waiter {
    private final Quota quota;
    private final Duration patience;
    private final long since = System.nanoTime();
    private @Nullable Connection given;

    Waiter(Quota quota, Duration patience) {
      this.quota = quota;
      this.patience = patience;
    }

    long left() {
      return since + patience.toNanos() - System.nanoTime();
    }

    Duration waited() {
      return Duration.ofNanos(System.nanoTime() - since);
    }
  }
}
