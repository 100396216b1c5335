// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Asks a cache for one key after the other, and counts the hits by itself, since to count each
 * where all threads do costs as much as the hit. Used by one thread.
 */
final class SingleReads {

  private final TieredCache cache;
  private long hits;
  private long negative;
  private long cost;

  SingleReads(TieredCache cache) {
    this.cache = cache;
  }

  /**
   * What there is for a key: an entry that says its value or that there is none.
   *
   * @param load its value; null if there is none
   * @throws Exception what the load threw
   */
  Entry get(CacheKey key, Callable<byte @Nullable []> load) throws Exception {
    Entry entry = cache.hit(key);
    if (entry == null) {
      return cache.get(key, load);
    }
    if (entry.isNegative()) {
      negative++;
    } else {
      hits++;
    }
    cost += entry.cost();
    return entry;
  }

  /** Makes known what was counted since the last time. */
  void flush() {
    cache.served(hits, negative, cost);
    hits = 0;
    negative = 0;
    cost = 0;
  }
}
