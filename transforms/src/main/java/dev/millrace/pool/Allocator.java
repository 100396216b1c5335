// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.millrace.control.Allocation;
import dev.millrace.control.Resource;
import dev.millrace.control.Slots;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the sizes of open pools follow their resources: it looks twice a second, {@link Allocation}
 * decides, the pools enforce. There is one in a JVM (a class loader) while a pool is open whose
 * size may change.
 */
final class Allocator {

  private static final Logger LOG = LoggerFactory.getLogger(Allocator.class);

  private static final Duration PERIOD = Duration.ofMillis(500);

  private static @Nullable ScheduledExecutorService clock;
  private static @Nullable ScheduledFuture<?> looks;

  private final Load load = new Load();
  private final Map<SharedSlots, Allocation> allocations = new HashMap<>();

  private Allocator() {}

  /** A pool was opened. */
  static synchronized void wake() {
    if (clock == null && isNeeded(ResourcePool.open())) {
      Allocator allocator = new Allocator();
      clock =
          Executors.newSingleThreadScheduledExecutor(
              new ThreadFactoryBuilder().setDaemon(true).setNameFormat("millrace-pools").build());
      looks =
          clock.scheduleWithFixedDelay(
              allocator::look, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static synchronized void sleep() {
    if (clock != null && looks != null && !isNeeded(ResourcePool.open())) {
      looks.cancel(false);
      clock.shutdown();
      clock = null;
    }
  }

  private static boolean isNeeded(Collection<SharedSlots> pools) {
    return pools.stream().anyMatch(Allocator::mayChange);
  }

  private static boolean mayChange(SharedSlots pool) {
    return pool.spec().least() < pool.spec().most() && pool.spec().follows() != Resource.NONE;
  }

  private void look() {
    try {
      Collection<SharedSlots> pools = ResourcePool.open();
      allocations.keySet().retainAll(pools);
      if (isNeeded(pools)) {
        long now = System.nanoTime();
        load.look(now);
        pools.stream().filter(Allocator::mayChange).forEach(pool -> look(pool, now));
      } else {
        sleep();
      }
    } catch (RuntimeException failure) {
      LOG.warn("The sizes of pools stay as they are for now", failure);
    }
  }

  private void look(SharedSlots pool, long now) {
    Allocation allocation =
        allocations.computeIfAbsent(
            pool, opened -> new Allocation(opened.spec().least(), opened.spec().most()));
    Resource resource = pool.spec().follows();
    boolean wanted = pool.look(Slots::waiting) > 0;
    if (allocation.look(load.scarcity(resource), pool.look(Slots::used), wanted, now)) {
      pool.resize(allocation.slots(), load.sign(resource));
    }
  }
}
