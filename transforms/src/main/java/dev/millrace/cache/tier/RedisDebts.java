// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What Redis was to forget, and did not hear of: keys, and where they are too many, the whole of a
 * cache. Not safe for use by several threads.
 */
final class RedisDebts {

  /** Keys of one cache; about a hundred bytes each. */
  static final int MOST = 10_000;

  private final Map<String, Set<CacheKey>> keys = new LinkedHashMap<>();
  private final Set<String> caches = new LinkedHashSet<>();

  /**
   * Keys that are to go.
   *
   * @param prefix of all keys of their cache
   */
  void add(String prefix, Collection<CacheKey> redisKeys) {
    if (caches.contains(prefix)) {
      return;
    }
    Set<CacheKey> all = keys.computeIfAbsent(prefix, any -> new LinkedHashSet<>());
    all.addAll(redisKeys);
    if (all.size() > MOST) {
      add(prefix);
    }
  }

  /** Everything of a cache is to go. */
  void add(String prefix) {
    keys.remove(prefix);
    caches.add(prefix);
  }

  boolean isEmpty() {
    return keys.isEmpty() && caches.isEmpty();
  }

  /** The keys owed, of caches that do not go as a whole. */
  List<byte[]> keys() {
    List<byte[]> all = new ArrayList<>();
    keys.values().forEach(each -> each.forEach(key -> all.add(key.bytes())));
    return all;
  }

  /** The prefixes of the caches owed. */
  List<String> caches() {
    return List.copyOf(caches);
  }

  /** All that was owed has gone. */
  void settle() {
    keys.clear();
    caches.clear();
  }

  /** Its debts, and from here on none. */
  RedisDebts take() {
    RedisDebts taken = new RedisDebts();
    taken.keys.putAll(keys);
    taken.caches.addAll(caches);
    settle();
    return taken;
  }

  /** Takes back what could not be paid. */
  void putBack(RedisDebts unpaid) {
    unpaid.caches.forEach(this::add);
    unpaid.keys.forEach(this::add);
  }
}
