// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.util.Collection;
import java.util.Map;

/**
 * A place that keeps entries. Nothing that a cache is asked for depends on it, so no method fails:
 * what it cannot give in time, whole and genuine, it does not have; what it cannot keep, it drops.
 * Both are counted by its {@link TierMeter}. Safe for use by several threads.
 */
public interface Tier extends AutoCloseable {

  /** What it has of some keys, whether fresh or not. */
  Map<CacheKey, Entry> get(Collection<CacheKey> keys);

  /** Keeps entries, in the place of those that it had for their keys. */
  void put(Map<CacheKey, Entry> entries);

  /** Forgets keys; after the return it does not give what it had for them. */
  void remove(Collection<CacheKey> keys);

  /** Forgets everything of its cache. */
  void clear();

  /** How many entries it holds; -1 when it cannot tell. */
  long entries();

  /** Bytes that it takes up; -1 when it cannot tell. */
  long bytes();

  @Override
  void close();
}
