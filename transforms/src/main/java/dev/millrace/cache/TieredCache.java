// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.google.common.collect.Lists;
import com.google.common.collect.Maps;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.SavedMeter;
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
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import java.util.function.Function;
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
     * @return the value of each, in order; null of one that has none
     */
    byte[] @Nullable [] load(int[] positions) throws Exception;
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

  /** Whether a tier below is this JVM's own, to which the heap's entries go down. */
  private final boolean own;

  private final Flights flights = new Flights();

  /** Written when something is forgotten; who keeps something reads, and so is not in between. */
  private final StampedLock forgetting = new StampedLock();

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
    this.own = lower.stream().anyMatch(each -> !each.shared());
    this.saved = SavedMeter.saved(name);
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
    return get(List.of(key), positions -> new byte[] @Nullable [] {load.call()})[0];
  }

  /** What the heap has for a key, fresh or not; not counted. */
  @Nullable Entry peek(CacheKey key) {
    return heap.get(key);
  }

  /** Counts what the heap served. */
  void served(Hits hits) {
    saved.add(hits.cost());
    heapMeter.requests(TierMeter.Result.HIT, hits.present());
    heapMeter.requests(TierMeter.Result.NEGATIVE, hits.negative());
  }

  /** Counts what the heap did not serve: it had it no more fresh, or not at all. */
  void unserved(long stale, long missing) {
    heapMeter.requests(TierMeter.Result.STALE, stale);
    heapMeter.requests(TierMeter.Result.MISS, missing);
  }

  /**
   * Finds what came to the heap meanwhile, or the tiers below have; all of it then is on the heap.
   *
   * @param positions of the keys that are asked for
   * @param found of each key its entry
   */
  void fromBelow(
      List<CacheKey> keys, ImmutableIntArray positions, long now, @Nullable Entry[] found) {
    ImmutableIntArray wanted = positions;
    Function<CacheKey, @Nullable Entry> meanwhile = key -> fresh(heap.get(key), now);
    wanted = take(keys, wanted, meanwhile, found);
    for (Lower each : lower) {
      if (!wanted.isEmpty()) {
        List<CacheKey> asked = wanted.stream().mapToObj(keys::get).toList();
        wanted = take(keys, wanted, ask(each, asked, now)::get, found);
      }
    }
  }

  private static @Nullable Entry fresh(@Nullable Entry entry, long now) {
    return entry != null && entry.isFresh(now) ? entry : null;
  }

  /** Takes what there is, and says of which keys there is nothing. */
  private static ImmutableIntArray take(
      List<CacheKey> keys,
      ImmutableIntArray positions,
      Function<CacheKey, @Nullable Entry> from,
      @Nullable Entry[] found) {
    ImmutableIntArray.Builder rest = ImmutableIntArray.builder();
    positions.forEach(
        position -> {
          Entry entry = from.apply(keys.get(position));
          found[position] = entry;
          if (entry == null) {
            rest.add(position);
          }
        });
    return rest.build();
  }

  private Map<CacheKey, Entry> ask(Lower from, List<CacheKey> wanted, long now) {
    long start = forgetting.tryOptimisticRead();
    Map<CacheKey, Entry> fresh = new HashMap<>(from.tier().get(wanted));
    fresh.values().removeIf(entry -> !entry.isFresh(now));
    fresh.values().forEach(entry -> saved.add(entry.cost()));
    if (unlessForgotten(start, () -> heap.put(fresh))) {
      heapMeter.moves(TierMeter.Move.PROMOTION, fresh.size());
    }
    return fresh;
  }

  /**
   * Asks the source, and keeps what it gives.
   *
   * @param positions of the keys that are asked for, one or more
   * @param found of each key its entry
   */
  void fromSource(List<CacheKey> keys, int[] positions, Loader loader, @Nullable Entry[] found)
      throws Exception {
    long stamp = forgetting.tryOptimisticRead();
    long loaded = time.getAsLong();
    long start = System.nanoTime();
    byte[] @Nullable [] values = load(positions, loader);
    long cost = (System.nanoTime() - start) / positions.length;
    Timing.CACHE_LOAD.sinceOutside(start);
    Map<CacheKey, Entry> entries = Maps.newHashMapWithExpectedSize(positions.length);
    int negative = 0;
    for (int i = 0; i < positions.length; i++) {
      double chance = ThreadLocalRandom.current().nextDouble();
      long expires = timeToLive.expires(loaded, values[i] == null, chance);
      Entry entry = new Entry(values[i], loaded, expires, cost);
      found[positions[i]] = entry;
      entries.put(keys.get(positions[i]), entry);
      negative += values[i] == null ? 1 : 0;
    }
    sourceMeter.requests(TierMeter.Result.NEGATIVE, negative);
    sourceMeter.requests(TierMeter.Result.HIT, positions.length - negative);
    unlessForgotten(stamp, () -> keep(entries));
  }

  private byte[] @Nullable [] load(int[] positions, Loader loader) throws Exception {
    try {
      return loader.load(positions);
    } catch (Exception failure) {
      sourceMeter.requests(TierMeter.Result.ERROR, positions.length);
      throw failure;
    }
  }

  private void keep(Map<CacheKey, Entry> entries) {
    int put = 0;
    for (Map.Entry<CacheKey, Entry> each : entries.entrySet()) {
      heap.put(each.getKey(), each.getValue());
      if (++put % DEMOTED_AT_ONCE == 0) {
        demote();
      }
    }
    lower.stream().filter(Lower::shared).forEach(each -> each.tier().put(entries));
  }

  /**
   * Keeps what was found, unless something was forgotten since: it may be what was to be forgotten.
   *
   * @param start when it was looked for: an optimistic stamp
   * @return whether it is kept
   */
  private boolean unlessForgotten(long start, Runnable keep) {
    long stamp = forgetting.tryConvertToReadLock(start);
    if (stamp == 0) {
      return false;
    }
    try {
      keep.run();
      return true;
    } finally {
      forgetting.unlockRead(stamp);
    }
  }

  /** Has some keys loaded again by another thread, if it has the time. */
  void refresh(Runnable load) {
    refresher.execute(load);
  }

  private void evicted(CacheKey key, Entry entry) {
    if (own) {
      if (!demoted.offer(Map.entry(key, entry))) {
        heapMeter.dropped("demotion", 1);
      }
    } else {
      heapMeter.evictions(TierMeter.Eviction.SIZE, 1);
    }
  }

  /** Takes down what the heap had no room for, when it is worth the way. */
  void demote() {
    if (demoted.size() >= DEMOTED_AT_ONCE) {
      demoteAll();
    }
  }

  void demoteAll() {
    long start = forgetting.tryOptimisticRead();
    List<Map.Entry<CacheKey, Entry>> batch = new ArrayList<>();
    demoted.drainTo(batch);
    demote(batch, start);
  }

  private void demote(Collection<Map.Entry<CacheKey, Entry>> batch, long start) {
    long now = time.getAsLong();
    Map<CacheKey, Entry> fresh = new HashMap<>();
    for (Map.Entry<CacheKey, Entry> each : batch) {
      if (each.getValue().isFresh(now)) {
        fresh.put(each.getKey(), each.getValue());
      }
    }
    heapMeter.evictions(TierMeter.Eviction.SIZE, fresh.size());
    heapMeter.evictions(TierMeter.Eviction.EXPIRED, batch.size() - fresh.size());
    if (unlessForgotten(start, () -> putBelow(fresh))) {
      heapMeter.moves(TierMeter.Move.DEMOTION, fresh.size());
    } else {
      heapMeter.dropped("demotion", fresh.size());
    }
  }

  private void putBelow(Map<CacheKey, Entry> entries) {
    lower.stream().filter(each -> !each.shared()).forEach(each -> each.tier().put(entries));
  }

  /**
   * Forgets keys in all tiers. Who asks for one after the return is given nothing that was loaded
   * before the call; what is being loaded meanwhile, of any key, is not kept.
   */
  void remove(Collection<CacheKey> keys) {
    Set<CacheKey> gone = Set.copyOf(keys);
    forget(
        tier -> tier.remove(gone),
        () -> {
          demoted.removeIf(each -> gone.contains(each.getKey()));
          flights.forget(gone);
        });
  }

  /** Forgets everything in all tiers, as {@link #remove} does. */
  void clear() {
    forget(
        Tier::clear,
        () -> {
          demoted.clear();
          flights.forgetAll();
        });
  }

  /** Forgets from the bottom up, so that what is gone from a tier is not found below it. */
  private void forget(Consumer<Tier> inTier, Runnable underWay) {
    long stamp = forgetting.writeLock();
    try {
      long before = heap.entries();
      Lists.reverse(lower).forEach(each -> inTier.accept(each.tier()));
      inTier.accept(heap);
      heapMeter.invalidated(Math.max(0, before - heap.entries()));
      underWay.run();
    } finally {
      forgetting.unlockWrite(stamp);
    }
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

  /** Takes down what the heap holds, for the next run of this JVM's place, and ends the tiers. */
  @Override
  public void close() {
    refresher.shutdownNow();
    if (own) {
      demoteAll();
      demote(heap.all().entrySet(), forgetting.tryOptimisticRead());
    }
    heapMeter.hide(heap);
    heap.close();
    lower.forEach(each -> each.tier().close());
  }
}
