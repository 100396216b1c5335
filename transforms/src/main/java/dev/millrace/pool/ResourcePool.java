// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pool;

import dev.millrace.control.Slots;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * A share in a pool of slots that this JVM (this class loader) has under a name, for itself or
 * together with others. The pool opens with its first share and closes with its last. Safe for use
 * by several threads; {@link #close} once.
 */
public final class ResourcePool implements AutoCloseable {

  private static final Map<String, SharedSlots> OPEN = new HashMap<>();

  private final SharedSlots shared;

  private ResourcePool(SharedSlots shared) {
    this.shared = shared;
  }

  /**
   * Takes a share.
   *
   * @throws IllegalStateException when the pool is open with other sizes
   */
  public static ResourcePool share(PoolSpec spec) {
    ResourcePool pool = open(spec.here());
    Allocator.wake();
    return pool;
  }

  private static ResourcePool open(PoolSpec spec) {
    synchronized (OPEN) {
      SharedSlots shared = OPEN.computeIfAbsent(spec.name(), name -> new SharedSlots(spec));
      if (!shared.spec().equals(spec)) {
        throw new IllegalStateException(
            "Cannot open pool %s of %s slots%s: it is open in this JVM, of %s%s"
                .formatted(
                    spec.name(),
                    spec.size(),
                    spec.extent(),
                    shared.spec().size(),
                    shared.spec().extent()));
      }
      shared.shares++;
      return new ResourcePool(shared);
    }
  }

  /** Those that are open. */
  static Collection<SharedSlots> open() {
    synchronized (OPEN) {
      return List.copyOf(OPEN.values());
    }
  }

  /**
   * Waits for slots, in turn, until they are had.
   *
   * @param stage what they are for, as a verb with its object, named to others who wait
   * @param slots 1 or more; who wants more than there are has his turn when nobody has any, and is
   *     refused by a pool that JVMs share
   * @param priority higher is more urgent, -1,000 to 1,000; a second of waiting counts as much as
   *     one higher
   * @param deadline how long to wait at most
   * @throws TimeoutException if they were not to be had in time, naming who holds them
   * @throws IllegalStateException if the database by which JVMs share the pool refuses it, as when
   *     others take it for one of another size
   */
  public Held acquire(String stage, int slots, int priority, Duration deadline)
      throws InterruptedException, TimeoutException {
    return new Held(shared, shared.acquire(stage, slots, priority, deadline));
  }

  /** How many slots it has now. */
  public int capacity() {
    return shared.look(Slots::capacity);
  }

  /** Gives the share back; the last one closes the pool. */
  @Override
  public void close() {
    synchronized (OPEN) {
      if (--shared.shares == 0) {
        OPEN.remove(shared.spec().name());
        shared.close();
      }
    }
  }

  /** Slots of a pool, until closed. Closing it again does nothing. */
  public static final class Held implements AutoCloseable {
    private final SharedSlots shared;
    private final Slots.Claim claim;
    private volatile boolean isLost;

    private Held(SharedSlots shared, Slots.Claim claim) {
      this.shared = shared;
      this.claim = claim;
    }

    /**
     * Whether the slots were lost before they were given back, and others may have had them. Only
     * those of a pool that JVMs share ever are, with the connection by which they do.
     */
    public boolean isLost() {
      return isLost || shared.isLost(claim);
    }

    @Override
    public void close() {
      isLost |= shared.release(claim);
    }
  }
}
