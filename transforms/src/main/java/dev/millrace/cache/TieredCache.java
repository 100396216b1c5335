// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.Tier;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.control.ByteSize;
import dev.millrace.control.TimeToLive;
import dev.millrace.observe.Timing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries in tiers, the quickest first, and behind them a source that is asked for what none of
 * them has. What a lower tier had goes up to the heap; what the heap has no room for goes down to
 * the tiers that this JVM has for itself; what the source gave goes to the heap and to the tiers
 * that other JVMs look into.
 *
 * <p>Of the threads that want a key at once, one asks for it and the others wait for its answer. A
 * tier that fails is a tier that has nothing. Safe for use by several threads.
 */
final class TieredCache implements AutoCloseable {

  /** A source, as one request sees it. */
  @FunctionalInterface
  interface Loader {

    /**
     * Loads some keys; called by another thread, too.
     *
     * @param positions of the keys in the request
     * @return the value of each that has one
     */
    Map<CacheKey, byte[]> load(int[] positions) throws Exception;
  }

  /**
   * A tier below the heap.
   *
   * @param shared whether other JVMs look into it
   */
  record Lower(Tier tier, boolean shared) {}

  /** Entries on their way down, at most; those beyond are dropped. */
  private static final int DEMOTED = 8192;

  /** So many go down together. */
  private static final int DEMOTED_AT_ONCE = 512;

  /** Requests whose keys wait to be loaded ahead of time, at most; they can do without. */
  private static final int REFRESHES = 16;

  private static final long IDLE_SECONDS = 1;

  private final TimeToLive timeToLive;
  private final LongSupplier time;
  private final HeapTier heap;
  private final List<Lower> lower;
  private final Flights flights = new Flights();
  private final AtomicLong removals = new AtomicLong();
  private final BlockingQueue<Map.Entry<CacheKey, Entry>> demoted =
      new ArrayBlockingQueue<>(DEMOTED);
  private final ThreadPoolExecutor refresher;
  private final LongAdder saved;
  private final TierMeter heapMeter;
  private final TierMeter sourceMeter;

  /**
   * A cache.
   *
   * @param name for its metrics
   * @param lower the tiers below the heap, the quickest first, which are closed with this
   * @param time milliseconds since 1970
   */
  TieredCache(
      String name, ByteSize size, List<Lower> lower, TimeToLive timeToLive, LongSupplier time) {
    this.timeToLive = timeToLive;
    this.time = time;
    this.lower = List.copyOf(lower);
    this.saved = CacheMeter.saved(name);
    this.heapMeter = new TierMeter(name, "heap");
    this.sourceMeter = new TierMeter(name, "source");
    this.heap = new HeapTier(size, this::evicted);
    this.refresher =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(REFRESHES),
            new ThreadFactoryBuilder().setDaemon(true).setNameFormat("millrace-refresh").build(),
            new ThreadPoolExecutor.DiscardPolicy());
    refresher.allowCoreThreadTimeOut(true);
    heapMeter.show(heap);
  }

  /**
   * What there is for some keys.
   *
   * @return of each key, in order, an entry that says its value or that there is none
   * @throws Exception what the source threw
   */
  Entry[] get(List<CacheKey> keys, Loader loader) throws Exception {
    return new Request(this, keys, loader).answer();
  }

  /**
   * As {@link #get(List, Loader)}, of one key.
   *
   * @param load its value; null if there is none
   */
  Entry get(CacheKey key, Callable<byte @Nullable []> load) throws Exception {
    long now = time.getAsLong();
    Entry entry = heap.get(key);
    if (entry != null && entry.isFresh(now) && !Request.isDue(entry, now)) {
      served(entry);
      return entry;
    }
    Loader loader =
        positions -> {
          byte @Nullable [] value = load.call();
          return value == null ? Map.of() : Map.of(key, value);
        };
    return get(List.of(key), loader)[0];
  }

  /** What the heap has for a key, fresh; counted. */
  @Nullable Entry fromHeap(CacheKey key, long now) {
    Entry entry = heap.get(key);
    if (entry == null || !entry.isFresh(now)) {
      heapMeter.requests(entry == null ? TierMeter.Result.MISS : TierMeter.Result.STALE, 1);
      return null;
    }
    served(entry);
    return entry;
  }

  private void served(Entry entry) {
    heapMeter.requests(entry.isNegative() ? TierMeter.Result.NEGATIVE : TierMeter.Result.HIT, 1);
    saved.add(entry.cost());
  }

  /** What came to the heap meanwhile, or the tiers below have; all of it then is on the heap. */
  Map<CacheKey, Entry> fromBelow(Collection<CacheKey> keys, long now) {
    Map<CacheKey, Entry> found = new HashMap<>();
    for (CacheKey key : keys) {
      Entry entry = heap.get(key);
      if (entry != null && entry.isFresh(now)) {
        found.put(key, entry);
      }
    }
    for (Lower each : lower) {
      List<CacheKey> wanted = keys.stream().filter(key -> !found.containsKey(key)).toList();
      if (!wanted.isEmpty()) {
        ask(each, wanted, now, found);
      }
    }
    return found;
  }

  private void ask(Lower from, List<CacheKey> wanted, long now, Map<CacheKey, Entry> found) {
    long before = removals.get();
    Map<CacheKey, Entry> fresh = new HashMap<>(from.tier().get(wanted));
    fresh.values().removeIf(entry -> !entry.isFresh(now));
    fresh.values().forEach(entry -> saved.add(entry.cost()));
    found.putAll(fresh);
    if (removals.get() == before) {
      heap.put(fresh);
      if (removals.get() != before) {
        heap.remove(fresh.keySet());
      }
    }
  }

  /**
   * Asks the source, and keeps what it gives.
   *
   * @param positions of the keys in the request
   */
  Map<CacheKey, Entry> fromSource(List<CacheKey> keys, int[] positions, Loader loader)
      throws Exception {
    long before = removals.get();
    long loaded = time.getAsLong();
    long start = System.nanoTime();
    Map<CacheKey, byte[]> values = loader.load(positions);
    long cost = (System.nanoTime() - start) / Math.max(1, positions.length);
    Timing.CACHE_LOAD.sinceOutside(start);
    Map<CacheKey, Entry> entries = new HashMap<>();
    for (int position : positions) {
      CacheKey key = keys.get(position);
      byte @Nullable [] value = values.get(key);
      double chance = ThreadLocalRandom.current().nextDouble();
      long expires = timeToLive.expires(loaded, value == null, chance);
      entries.put(key, new Entry(value, loaded, expires, cost));
    }
    sourceMeter.requests(TierMeter.Result.NEGATIVE, entries.size() - values.size());
    sourceMeter.requests(TierMeter.Result.HIT, values.size());
    keep(entries, before);
    return entries;
  }

  /** What was loaded before something was forgotten may be what was to be forgotten. */
  private void keep(Map<CacheKey, Entry> entries, long before) {
    if (removals.get() != before) {
      return;
    }
    heap.put(entries);
    lower.stream().filter(Lower::shared).forEach(each -> each.tier().put(entries));
    if (removals.get() != before) {
      forget(entries.keySet());
    }
  }

  /** Has some keys loaded again by another thread, if it has the time. */
  void refresh(Runnable load) {
    refresher.execute(load);
  }

  private void evicted(CacheKey key, Entry entry) {
    if (hasOwn()) {
      if (!demoted.offer(Map.entry(key, entry))) {
        heapMeter.dropped("demotion", 1);
      }
    } else {
      heapMeter.evictions("size", 1);
    }
  }

  private boolean hasOwn() {
    return lower.stream().anyMatch(each -> !each.shared());
  }

  /** Takes down what the heap had no room for, when it is worth the way. */
  void demote() {
    if (demoted.size() >= DEMOTED_AT_ONCE) {
      demoteAll();
    }
  }

  private void demoteAll() {
    List<Map.Entry<CacheKey, Entry>> batch = new ArrayList<>();
    demoted.drainTo(batch);
    demote(batch);
  }

  private void demote(Collection<Map.Entry<CacheKey, Entry>> batch) {
    long before = removals.get();
    long now = time.getAsLong();
    Map<CacheKey, Entry> fresh = new HashMap<>();
    for (Map.Entry<CacheKey, Entry> each : batch) {
      if (each.getValue().isFresh(now)) {
        fresh.put(each.getKey(), each.getValue());
      }
    }
    lower.stream().filter(each -> !each.shared()).forEach(each -> each.tier().put(fresh));
    heapMeter.evictions("size", fresh.size());
    heapMeter.evictions("expired", batch.size() - fresh.size());
    if (removals.get() != before) {
      forget(fresh.keySet());
    }
  }

  /** Forgets keys in all tiers; what is being loaded meanwhile is not kept. */
  void remove(Collection<CacheKey> keys) {
    removals.incrementAndGet();
    forget(keys);
  }

  private void forget(Collection<CacheKey> keys) {
    demoted.removeIf(each -> keys.contains(each.getKey()));
    heap.remove(keys);
    lower.forEach(each -> each.tier().remove(keys));
  }

  /** Forgets everything in all tiers. */
  void clear() {
    removals.incrementAndGet();
    demoted.clear();
    heap.clear();
    lower.forEach(each -> each.tier().clear());
  }

  Flights flights() {
    return flights;
  }

  long now() {
    return time.getAsLong();
  }

  void coalesced(long count) {
    sourceMeter.requests(TierMeter.Result.COALESCED, count);
  }

  void failed(long count) {
    sourceMeter.requests(TierMeter.Result.ERROR, count);
  }

  /** Takes down what the heap holds, for the next run of this JVM's place, and ends the tiers. */
  @Override
  public void close() {
    refresher.shutdownNow();
    if (hasOwn()) {
      demoteAll();
      demote(heap.all().entrySet());
    }
    heapMeter.hide(heap);
    heap.close();
    lower.forEach(each -> each.tier().close());
  }
}
