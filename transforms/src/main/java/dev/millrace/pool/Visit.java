// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A thread's way into some pools and out of them. Used by one thread. */
final class Visit implements AutoCloseable {

  private final InPool pools;
  private final String stage;

  /** In the order of what is needed. */
  private final List<ResourcePool> shares = new ArrayList<>();

  private final List<ResourcePool.Held> held = new ArrayList<>();

  private Visit(InPool pools, String stage) {
    this.pools = pools;
    this.stage = stage;
  }

  /** Takes a share in each pool, until closed. */
  static Visit to(InPool pools, String stage) {
    Visit visit = new Visit(pools, stage);
    try {
      pools.needs().forEach(need -> visit.shares.add(ResourcePool.share(need.pool())));
      return visit;
    } catch (RuntimeException failure) {
      visit.close();
      throw failure;
    }
  }

  /** Does something within the pools, and lets go what it outputs when it is out of them. */
  void with(Consumer<Outputs> work) {
    try (Stage.Span span = Stage.enter("run " + stage)) {
      Outputs outputs = new Outputs(this);
      enter();
      try {
        work.accept(outputs);
        requireKept();
      } finally {
        leave();
      }
      outputs.letGo();
    }
  }

  /**
   * Waits for all slots.
   *
   * @throws IllegalStateException if they were not to be had in time, or the wait was ended
   */
  void enter() {
    try (Stage.Wait wait = Stage.waiting(Spent.SLOT)) {
      for (int i = 0; i < shares.size(); i++) {
        int slots = pools.needs().get(i).slots();
        held.add(shares.get(i).acquire("run " + stage, slots, pools.priority(), pools.deadline()));
      }
    } catch (TimeoutException late) {
      leave();
      throw new IllegalStateException(late.getMessage(), late);
    } catch (InterruptedException stopped) {
      leave();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot run " + stage + ": it was stopped", stopped);
    } catch (RuntimeException refused) {
      leave();
      throw refused;
    }
  }

  /**
   * Refuses what was done with slots that others may have had meanwhile.
   *
   * @throws IllegalStateException if some were lost
   */
  void requireKept() {
    for (int i = 0; i < held.size(); i++) {
      if (held.get(i).isLost()) {
        throw new IllegalStateException(
            "Cannot run %s: its slots of pool %s were lost with the connection by which JVMs share"
                    .formatted(stage, pools.needs().get(i).pool().name())
                + " them");
      }
    }
  }

  void leave() {
    held.forEach(ResourcePool.Held::close);
    held.clear();
  }

  @Override
  public void close() {
    shares.forEach(ResourcePool::close);
    shares.clear();
  }
}
