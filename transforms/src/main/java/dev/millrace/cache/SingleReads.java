// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Asks a cache for one key after the other, and counts the hits by itself. Used by one thread. */
final class SingleReads {

  private final TieredCache cache;
  private Hits hits = new Hits();

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
    Entry entry = cache.peek(key);
    if (entry == null || !entry.isCalm(cache.now())) {
      return cache.get(key, load);
    }
    hits.add(entry);
    return entry;
  }

  /** Makes known what was counted since the last time. */
  void flush() {
    cache.served(hits);
    hits = new Hits();
  }
}
