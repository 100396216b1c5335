// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.millrace.connect.ClusterSlots;
import dev.millrace.connect.Fault;
import dev.millrace.control.Lease;
import dev.millrace.control.PollPace;
import dev.millrace.control.Slots;
import dev.millrace.observe.Events;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a pool of this JVM share its slots with those of the same name in others. A thread of its own
 * asks the database for what {@link Lease} says is wanted and gives back what is not; those who
 * wait for slots never do. Its fields but the last group are read and written under the pool's
 * lock.
 */
final class ClusterLease {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterLease.class);

  /** Between two looks at whether others wait, which is also how a lost connection is noticed. */
  private static final long LOOK = Duration.ofMillis(250).toNanos();

  /** The same, while nobody here asks for slots, and between two looks at who has them. */
  private static final long QUIET_LOOK = Duration.ofSeconds(1).toNanos();

  /** Between two attempts to open a connection. */
  private static final long REOPEN = Duration.ofSeconds(1).toNanos();

  /** Nobody needs a connection that was not used for so long. */
  private static final long IDLE = Duration.ofSeconds(30).toNanos();

  private final PoolSpec spec;
  private final SharedSlots pool;
  private final ReentrantLock lock;
  private final Condition changed;
  private final Lease lease;
  private final Thread thread;
  private boolean isClosed;
  private boolean isAsked;
  private String held = "";

  // Of the thread.
  private final ClusterSlots cluster;
  private long since;
  private long asks;
  private long looks;
  private long named;
  private long used;
  private int others;

  ClusterLease(PoolSpec spec, SharedSlots pool, ReentrantLock lock, Slots slots) {
    this.spec = spec;
    this.pool = pool;
    this.lock = lock;
    this.changed = lock.newCondition();
    this.lease = new Lease(slots);
    this.cluster = new ClusterSlots(requireNonNull(spec.cluster()), spec.name(), spec.most());
    long now = System.nanoTime();
    this.since = now;
    this.asks = now;
    this.looks = now;
    this.named = now - QUIET_LOOK;
    this.used = now;
    this.thread = new Thread(this::run, "millrace-pool-" + spec.name());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether the first in line may have his slots, as far as other JVMs are concerned. */
  boolean isEnough() {
    return lease.isEnough();
  }

  int leased() {
    return lease.leased();
  }

  /** Who has slots or wants some changed. */
  void changed() {
    lease.used();
    isAsked = true;
    changed.signal();
  }

  /** Who had the slots when it was looked at last, as a part of a sentence; perhaps empty. */
  String held() {
    return held;
  }

  /** Gives all back. */
  void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    // The next pool of this name may be of another size, and find this one's session.
    Uninterruptibles.joinUninterruptibly(thread, 1, TimeUnit.SECONDS);
  }

  private void run() {
    try {
      while (isOpenAfterWait()) {
        try {
          step(System.nanoTime());
        } catch (SQLException failure) {
          lose(failure);
        } catch (RuntimeException failure) {
          LOG.warn("Pool {} asks for slots again", spec.name(), failure);
          lose(new SQLException(failure));
        }
      }
    } catch (InterruptedException stopped) {
      LOG.debug("Pool {} asks for no more slots", spec.name(), stopped);
    } finally {
      cluster.close();
    }
  }

  private boolean isOpenAfterWait() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long wait = due(System.nanoTime());
      while (!isClosed && wait > 0) {
        changed.awaitNanos(wait);
        wait = due(System.nanoTime());
      }
      return !isClosed;
    } finally {
      lock.unlock();
    }
  }

  /** When there is something to do, in nanoseconds from now. */
  private long due(long now) {
    boolean isWanting = lease.wanted() > 0;
    if (!isWanting && (cluster.isTurn() || cluster.isWaiting())) {
      return 0;
    }
    long due = cluster.isOpen() ? used + IDLE - now : IDLE;
    if (isWanting) {
      due = asks - now;
    }
    if (lease.leased() > 0) {
      due = Math.min(due, looks - now);
      due = cluster.isTurn() ? due : Math.min(due, lease.lingers(now));
    }
    return due;
  }

  private void step(long now) throws SQLException {
    int back;
    int wanted;
    lock.lock();
    try {
      // Whose turn it is collects what he needs.
      back = cluster.isTurn() ? 0 : lease.giveBack(now);
      wanted = lease.wanted();
    } finally {
      lock.unlock();
    }
    if (back > 0) {
      cluster.giveBack(back);
    }
    if (wanted > 0) {
      used = now;
      if (now >= asks) {
        ask(wanted, now);
      }
    } else if (cluster.isOpen()) {
      since = now;
      cluster.endTurn();
      cluster.waiting(false);
    }
    look(now);
  }

  /** Asks for slots, and says that it waits if there are not enough. */
  private void ask(int wanted, long now) throws SQLException {
    int got = cluster.take(wanted);
    boolean isServed = false;
    lock.lock();
    try {
      if (cluster.isTurn()) {
        lease.take(got, now);
        isServed = lease.isEnough();
        pool.deal();
      }
    } finally {
      lock.unlock();
    }
    if (isServed) {
      cluster.endTurn();
      cluster.waiting(false);
      hold("");
      since = now;
      looks = Math.max(looks, now + LOOK);
      // Who has just been served lets others be before him.
      asks = others == 0 ? now : now + pause(now);
      return;
    }
    cluster.waiting(true);
    if (now - named >= QUIET_LOOK) {
      named = now;
      others = cluster.others();
      hold(cluster.holders());
    }
    asks = now + pause(now);
  }

  private long pause(long now) {
    double chance = ThreadLocalRandom.current().nextDouble();
    return PollPace.pause(1 + others, Duration.ofNanos(Math.max(0, now - since)), chance).toNanos();
  }

  private void hold(String holders) {
    lock.lock();
    try {
      held = holders.isEmpty() ? "" : "; across JVMs they are held by " + holders;
    } finally {
      lock.unlock();
    }
  }

  /** Looks whether others wait, while this JVM has something that they could. */
  private void look(long now) throws SQLException {
    boolean hasSome;
    boolean wasAsked;
    lock.lock();
    try {
      hasSome = lease.leased() > 0;
      wasAsked = isAsked;
    } finally {
      lock.unlock();
    }
    if (hasSome) {
      used = now;
    } else if (cluster.isOpen() && now - used >= IDLE) {
      cluster.close();
    }
    if (!hasSome || now < looks) {
      return;
    }
    looks = now + (wasAsked ? LOOK : QUIET_LOOK);
    others = cluster.others();
    lock.lock();
    try {
      isAsked = false;
      if (!cluster.isTurn()) {
        lease.othersWait(others > 0);
      }
    } finally {
      lock.unlock();
    }
    if (others > 0) {
      asks = Math.max(asks, now + pause(now));
    }
  }

  private void lose(SQLException failure) {
    cluster.close();
    long now = System.nanoTime();
    asks = now + REOPEN;
    since = now;
    lock.lock();
    try {
      int lost = lease.leased();
      lease.lose();
      if (lost > 0) {
        Events.add(
            "pool",
            "%s lost the %d slots that it had of all JVMs': %s"
                .formatted(spec.name(), lost, failure.getMessage()));
      }
      pool.lose();
      held = "; the database by which they are shared could not be asked: " + failure.getMessage();
      if (Fault.of(failure) != Fault.TRANSIENT) {
        pool.refuse(failure);
      }
    } finally {
      lock.unlock();
    }
  }
}
