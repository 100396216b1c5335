// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.util.Objects.requireNonNull;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.control.TimeToLive;
import dev.millrace.observe.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request for some keys, on its way through the tiers. Used by one thread. */
final class Request {

  private static final Logger LOG = LoggerFactory.getLogger(Request.class);

  /** For another's answer to come; then one asks oneself, whatever keeps the other. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final double NANOS_OF_MILLI = 1e6;

  /** Of a load's time: a random double has 53 bits, and e^37 is more than 2^53. */
  private static final double FARTHEST = 37;

  private final TieredCache cache;
  private final List<CacheKey> keys;
  private final TieredCache.Loader loader;
  private final @Nullable Entry[] found;
  private final long now;
  private long oldest;

  Request(TieredCache cache, List<CacheKey> keys, TieredCache.Loader loader) {
    this.cache = cache;
    this.keys = keys;
    this.loader = loader;
    this.found = new @Nullable Entry[keys.size()];
    this.now = cache.now();
    this.oldest = now;
  }

  Entry[] answer() throws Exception {
    List<Integer> missing = new ArrayList<>();
    List<Integer> due = new ArrayList<>();
    for (int position = 0; position < found.length; position++) {
      Entry entry = cache.fromHeap(keys.get(position), now);
      if (entry == null) {
        missing.add(position);
      } else {
        found(position, entry);
        if (isDue(entry, now)) {
          due.add(position);
        }
      }
    }
    if (!missing.isEmpty()) {
      load(missing);
    }
    if (!due.isEmpty()) {
      cache.refresh(() -> refresh(due));
    }
    cache.demote();
    Timing.CACHE_STALENESS.addOutside(TimeUnit.MILLISECONDS.toNanos(now - oldest));
    return complete();
  }

  private void found(List<Integer> positions, Map<CacheKey, Entry> answers) {
    for (int position : positions) {
      found(position, requireNonNull(answers.get(keys.get(position))));
    }
  }

  private void found(int position, Entry entry) {
    found[position] = entry;
    oldest = Math.min(oldest, entry.loaded());
  }

  /** Whether who finds it is the one to have it loaded again, while it is served. */
  static boolean isDue(Entry entry, long now) {
    double costMillis = entry.cost() / NANOS_OF_MILLI;
    // Nearly all are far from their end, and no chance is so small.
    return entry.expires() - now < costMillis * FARTHEST
        && TimeToLive.isDue(
            now, entry.expires(), costMillis, 1 - ThreadLocalRandom.current().nextDouble());
  }

  /** All were found, or an exception would have said so. */
  @SuppressWarnings("NullAway")
  private Entry[] complete() {
    return found;
  }

  private void load(List<Integer> missing) throws Exception {
    Map<Integer, Future<Entry>> others = new LinkedHashMap<>();
    List<Integer> own = new ArrayList<>();
    for (int position : missing) {
      Future<Entry> other = cache.flights().claim(keys.get(position));
      if (other == null) {
        own.add(position);
      } else {
        others.put(position, other);
      }
    }
    // First one's own: the other may be waiting for it.
    loadClaimed(own);
    List<Integer> left = new ArrayList<>();
    for (Map.Entry<Integer, Future<Entry>> each : others.entrySet()) {
      Entry answer = await(each.getValue());
      if (answer == null) {
        left.add(each.getKey());
      } else {
        found(each.getKey(), answer);
      }
    }
    cache.coalesced(others.size() - left.size());
    if (!left.isEmpty()) {
      found(left, ask(left));
    }
  }

  /** What another thread was answered; null when it was not, or not in time. */
  private static @Nullable Entry await(Future<Entry> other) throws InterruptedException {
    try {
      return other.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (CancellationException | ExecutionException | TimeoutException unanswered) {
      return null;
    }
  }

  private void loadClaimed(List<Integer> own) throws Exception {
    Map<CacheKey, Entry> answers = new HashMap<>();
    try {
      if (!own.isEmpty()) {
        List<CacheKey> wanted = own.stream().map(keys::get).toList();
        answers.putAll(cache.fromBelow(wanted, now));
        List<Integer> rest =
            own.stream().filter(position -> !answers.containsKey(keys.get(position))).toList();
        if (!rest.isEmpty()) {
          answers.putAll(ask(rest));
        }
      }
    } finally {
      land(own, answers);
    }
    found(own, answers);
  }

  private void land(List<Integer> own, Map<CacheKey, Entry> answers) {
    for (int position : own) {
      CacheKey key = keys.get(position);
      cache.flights().land(key, answers.get(key));
    }
  }

  private Map<CacheKey, Entry> ask(List<Integer> positions) throws Exception {
    try {
      return cache.fromSource(
          keys, positions.stream().mapToInt(Integer::intValue).toArray(), loader);
    } catch (Exception failure) {
      cache.failed(positions.size());
      throw failure;
    }
  }

  /** Loads again what still may be served; if that fails, it may be served all the same. */
  private void refresh(List<Integer> due) {
    List<Integer> own =
        due.stream().filter(position -> cache.flights().claim(keys.get(position)) == null).toList();
    Map<CacheKey, Entry> answers = Map.of();
    try {
      if (!own.isEmpty()) {
        answers = ask(own);
      }
    } catch (Exception failure) {
      LOG.info("Entries could not be loaded ahead of time: {}", failure.getMessage());
    } finally {
      land(own, answers);
    }
  }
}
