// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import com.codahale.metrics.Gauge;
import dev.millrace.control.Slots;
import dev.millrace.observe.Events;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Timing;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a pool, which threads wait for; see {@link Slots}. Safe for use by several threads.
 */
final class SharedSlots {

  private static final Duration AGEING = Duration.ofSeconds(1);

  private static final class Holder {
    private final String stage;
    private final long since;
    private boolean isLost;

    Holder(String stage, long since) {
      this.stage = stage;
      this.since = since;
    }
  }

  private final PoolSpec spec;
  private final ReentrantLock lock = new ReentrantLock();
  private final Slots slots;
  private final Map<Slots.Claim, Condition> line = new HashMap<>();
  private final Map<Slots.Claim, Holder> holders = new HashMap<>();
  private final Map<Slots.Claim, SQLException> refused = new HashMap<>();
  private final @Nullable ClusterLease lease;

  /** How many shares there are; of {@link ResourcePool}, under its lock. */
  int shares;

  SharedSlots(PoolSpec spec) {
    this.spec = spec;
    this.slots = new Slots(spec.most(), AGEING);
    gauge("capacity", Slots::capacity);
    gauge("used", Slots::used);
    gauge("waiting", Slots::waiting);
    this.lease = spec.cluster() == null ? null : new ClusterLease(spec, this, lock, slots);
    if (lease != null) {
      gauge("leased", unused -> lease.leased());
      lease.start();
    }
  }

  private void gauge(String state, ToIntFunction<Slots> value) {
    Gauge<Integer> gauge = () -> look(value);
    Measure.registry().registerGauge(metric(state), gauge);
  }

  private String metric(String state) {
    return Measure.labelled("millrace_slots", "pool", spec.name(), "state", state);
  }

  PoolSpec spec() {
    return spec;
  }

  int look(ToIntFunction<Slots> value) {
    lock.lock();
    try {
      return value.applyAsInt(slots);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for slots.
   *
   * @param stage what they are for
   * @throws TimeoutException if they were not to be had in time, naming who holds them
   * @throws IllegalStateException if the database by which JVMs share the pool refuses it
   */
  Slots.Claim acquire(String stage, int weight, int priority, Duration deadline)
      throws InterruptedException, TimeoutException {
    if (lease != null && weight > spec.most()) {
      throw new IllegalArgumentException(
          "Invalid slots: %d of pool %s (must be from 1 to the %d that it has)"
              .formatted(weight, spec.name(), spec.most()));
    }
    long start = System.nanoTime();
    lock.lockInterruptibly();
    try {
      Slots.Claim claim = slots.ask(weight, priority, start, start + deadline.toNanos());
      deal();
      if (claim.state() == Slots.State.WAITING) {
        await(claim, start + deadline.toNanos());
      }
      SQLException refusal = refused.remove(claim);
      if (refusal != null) {
        throw new IllegalStateException(
            "Cannot %s in pool %s: %s".formatted(stage, spec.name(), refusal.getMessage()),
            refusal);
      }
      if (claim.state() != Slots.State.HELD) {
        throw new TimeoutException(late(stage, weight, deadline));
      }
      holders.put(claim, new Holder(stage, System.nanoTime()));
      return claim;
    } finally {
      lock.unlock();
      Timing.SLOT_WAIT.sinceOutside(start);
    }
  }

  private void await(Slots.Claim claim, long deadline) throws InterruptedException {
    Condition turn = lock.newCondition();
    line.put(claim, turn);
    try {
      while (claim.state() == Slots.State.WAITING) {
        long now = System.nanoTime();
        if (now >= deadline) {
          slots.expire(now);
          deal();
        } else {
          turn.awaitNanos(deadline - now);
        }
      }
    } catch (InterruptedException stopped) {
      slots.release(claim);
      refused.remove(claim);
      deal();
      throw stopped;
    } finally {
      line.remove(claim);
    }
  }

  /**
   * Gives slots back.
   *
   * @return whether they were lost meanwhile, if it was not done already
   */
  boolean release(Slots.Claim claim) {
    lock.lock();
    try {
      Holder holder = holders.remove(claim);
      slots.release(claim);
      deal();
      return holder != null && holder.isLost;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes the pool larger or smaller.
   *
   * @param why for the events
   */
  void resize(int capacity, String why) {
    lock.lock();
    try {
      int before = slots.capacity();
      slots.resize(capacity);
      deal();
      Events.add(
          "pool",
          "%s has %d slots instead of %d: %s".formatted(spec.name(), capacity, before, why));
    } finally {
      lock.unlock();
    }
  }

  /** Whether slots that are held were lost, and may be others' now. */
  boolean isLost(Slots.Claim claim) {
    lock.lock();
    try {
      Holder holder = holders.get(claim);
      return holder != null && holder.isLost;
    } finally {
      lock.unlock();
    }
  }

  /** All slots that are held were lost; under the lock. */
  void lose() {
    holders.values().forEach(holder -> holder.isLost = true);
  }

  /** All who wait are told why they get none; under the lock. */
  void refuse(SQLException why) {
    line.forEach(
        (claim, turn) -> {
          if (claim.state() == Slots.State.WAITING) {
            slots.release(claim);
            refused.put(claim, why);
            turn.signal();
          }
        });
  }

  /** Gives slots to who is next for them; under the lock, after each change. */
  void deal() {
    Slots.@Nullable Claim next = next();
    while (next != null) {
      Condition turn = line.get(next);
      if (turn != null) {
        turn.signal();
      }
      next = next();
    }
    if (lease != null) {
      lease.changed();
    }
  }

  private Slots.@Nullable Claim next() {
    return lease == null || lease.isEnough() ? slots.next() : null;
  }

  private String late(String stage, int weight, Duration deadline) {
    long now = System.nanoTime();
    String held =
        holders.entrySet().stream()
            .sorted(Map.Entry.comparingByValue((one, two) -> Long.compare(one.since, two.since)))
            .map(
                each ->
                    "%s has %d for %d s"
                        .formatted(
                            each.getValue().stage,
                            each.getKey().weight(),
                            Duration.ofNanos(now - each.getValue().since).toSeconds()))
            .collect(Collectors.joining(", "));
    return "Cannot %s: %d of the %d slots of pool %s%s were not free within %s s%s%s"
        .formatted(
            stage,
            weight,
            slots.capacity(),
            spec.name(),
            spec.extent(),
            deadline.toMillis() / 1000.0,
            held.isEmpty() ? "" : "; " + held,
            lease == null ? "" : lease.held());
  }

  void close() {
    if (lease != null) {
      lease.close();
    }
    for (String state : new String[] {"capacity", "used", "waiting", "leased"}) {
      Measure.registry().remove(metric(state));
    }
  }
}
