// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.DiskTier;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.cache.tier.RedisTier;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A share in a cache, which all threads of this JVM (this class loader) have in common that name it
 * and set it alike; a {@link KeyScope} tells what they keep in it apart. The cache opens with its
 * first share and closes with its last. Safe for use by several threads; {@link #close} once.
 */
final class SharedCache implements AutoCloseable {

  private record Id(String name, CacheSettings settings) {}

  private static final class Shared {
    private final TieredCache cache;
    private int shares;

    Shared(TieredCache cache) {
      this.cache = cache;
    }
  }

  private static final Clock CLOCK = Clock.systemUTC();
  private static final Map<Id, Shared> OPEN = new HashMap<>();

  private final Id id;
  private final Shared shared;

  private SharedCache(Id id, Shared shared) {
    this.id = id;
    this.shared = shared;
  }

  /**
   * Takes a share.
   *
   * @param name for metrics, and in the tiers that other JVMs look into
   */
  static SharedCache share(String name, CacheSettings settings) {
    Id id = new Id(name, settings);
    synchronized (OPEN) {
      Shared shared = OPEN.computeIfAbsent(id, SharedCache::open);
      shared.shares++;
      return new SharedCache(id, shared);
    }
  }

  /** Has all open caches of a name forget everything, in all their tiers. */
  static void forget(String name) {
    List<TieredCache> caches;
    synchronized (OPEN) {
      caches =
          OPEN.entrySet().stream()
              .filter(each -> each.getKey().name().equals(name))
              .map(each -> each.getValue().cache)
              .toList();
    }
    // One that closes meanwhile has nothing left to forget on the heap, and its tiers take it.
    caches.forEach(TieredCache::clear);
  }

  private static Shared open(Id id) {
    CacheSettings settings = id.settings();
    SteadyTime time = SteadyTime.OF_THIS_JVM;
    TieredCache cache =
        new TieredCache(id.name(), settings.heap(), lower(id), settings.timeToLive(), time);
    time.hold();
    return new Shared(cache);
  }

  private static List<TieredCache.Lower> lower(Id id) {
    List<TieredCache.Lower> lower = new ArrayList<>();
    DiskSettings disk = id.settings().disk();
    if (disk != null) {
      lower.add(new TieredCache.Lower(DiskTier.open(id.name(), disk, CLOCK), false));
    }
    RedisSettings redis = id.settings().redis();
    if (redis != null) {
      lower.add(new TieredCache.Lower(RedisTier.open(id.name(), redis, CLOCK), true));
    }
    return lower;
  }

  TieredCache cache() {
    return shared.cache;
  }

  /** Gives the share back. */
  @Override
  public void close() {
    synchronized (OPEN) {
      if (--shared.shares == 0) {
        OPEN.remove(id);
        shared.cache.close();
        SteadyTime.OF_THIS_JVM.release();
      }
    }
  }
}
