// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.Tier;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A tier whose contents a test can look at. */
final class MapTier implements Tier {
  final Map<CacheKey, Entry> entries = new ConcurrentHashMap<>();
  final AtomicInteger gave = new AtomicInteger();
  Runnable meanwhile = () -> {};

  @Override
  public Map<CacheKey, Entry> get(Collection<CacheKey> keys) {
    Map<CacheKey, Entry> found = new HashMap<>(entries);
    found.keySet().retainAll(keys);
    gave.addAndGet(found.size());
    meanwhile.run();
    return found;
  }

  @Override
  public void put(Map<CacheKey, Entry> more) {
    entries.putAll(more);
  }

  @Override
  public void remove(Collection<CacheKey> keys) {
    entries.keySet().removeAll(keys);
  }

  @Override
  public void clear() {
    entries.clear();
  }

  @Override
  public long entries() {
    return entries.size();
  }

  @Override
  public long bytes() {
    return -1;
  }

  @Override
  public void close() {}
}
