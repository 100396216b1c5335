// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.Tier;
import dev.millrace.control.ByteSize;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries on the heap, bounded by their bytes. Which of them stay is decided by how often they were
 * asked for lately (W-TinyLFU): keys that come once do not drive out those that come again.
 */
final class HeapTier implements Tier {

  /** What an entry takes beside its bytes: two objects, two arrays' headers, the cache's node. */
  static final int OVERHEAD = 184;

  private final Cache<CacheKey, Entry> entries;

  /**
   * A tier.
   *
   * @param size of keys, values and what holds them
   * @param evicted is given what there is no room for; called by whoever makes the room
   */
  HeapTier(ByteSize size, BiConsumer<CacheKey, Entry> evicted) {
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(size.bytes())
            .weigher(HeapTier::weight)
            .executor(Runnable::run)
            .evictionListener(
                (@Nullable CacheKey key, @Nullable Entry entry, RemovalCause cause) -> {
                  if (key != null && entry != null) {
                    evicted.accept(key, entry);
                  }
                })
            .build();
  }

  private static int weight(CacheKey key, Entry entry) {
    return OVERHEAD + key.bytes().length + entry.bytes();
  }

  void put(CacheKey key, Entry entry) {
    entries.put(key, entry);
  }

  @Nullable Entry get(CacheKey key) {
    return entries.getIfPresent(key);
  }

  @Override
  public Map<CacheKey, Entry> get(Collection<CacheKey> keys) {
    return entries.getAllPresent(keys);
  }

  @Override
  public void put(Map<CacheKey, Entry> more) {
    entries.putAll(more);
  }

  @Override
  public void remove(Collection<CacheKey> keys) {
    entries.invalidateAll(keys);
  }

  @Override
  public void clear() {
    entries.invalidateAll();
  }

  /** All that it holds, which may change meanwhile. */
  Map<CacheKey, Entry> all() {
    return entries.asMap();
  }

  @Override
  public long entries() {
    return entries.estimatedSize();
  }

  @Override
  public long bytes() {
    return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  @Override
  public void close() {
    clear();
  }
}
