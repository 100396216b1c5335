// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.google.common.primitives.ImmutableIntArray;
import dev.millrace.cache.Flights.Flight;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.observe.Spent;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request for some keys, on its way through the tiers. What is said of keys is said of their
 * positions in the request. Used by one thread.
 */
final class Request {

  private static final Logger LOG = LoggerFactory.getLogger(Request.class);

  /** For another's answer to come; then one asks oneself, whatever keeps the other. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final TieredCache cache;
  private final List<CacheKey> keys;
  private final TieredCache.Loader loader;
  private final @Nullable Entry[] found;
  private final long now;

  Request(TieredCache cache, List<CacheKey> keys, TieredCache.Loader loader) {
    this.cache = cache;
    this.keys = keys;
    this.loader = loader;
    this.found = new @Nullable Entry[keys.size()];
    this.now = cache.now();
  }

  Entry[] answer() throws Exception {
    Hits hits = new Hits();
    ImmutableIntArray.Builder wanted = ImmutableIntArray.builder();
    ImmutableIntArray.Builder due = ImmutableIntArray.builder();
    long stale = 0;
    long oldest = now;
    for (int position = 0; position < found.length; position++) {
      Entry entry = cache.peek(keys.get(position));
      if (entry == null || !entry.isFresh(now)) {
        stale += entry == null ? 0 : 1;
        wanted.add(position);
        continue;
      }
      found[position] = entry;
      hits.add(entry);
      oldest = Math.min(oldest, entry.loaded());
      if (entry.isDue(now)) {
        due.add(position);
      }
    }
    ImmutableIntArray missing = wanted.build();
    cache.served(hits);
    cache.unserved(stale, missing.length() - stale);
    if (!missing.isEmpty()) {
      try (Stage.Wait wait = Stage.waiting(Spent.LOADING)) {
        load(missing);
      }
    }
    refresh(due.build());
    cache.demote();
    return complete(missing, oldest);
  }

  /** All were found, or an exception would have said so. */
  @SuppressWarnings("NullAway")
  private Entry[] complete(ImmutableIntArray loaded, long oldestOfHeap) {
    long oldest = oldestOfHeap;
    for (int i = 0; i < loaded.length(); i++) {
      oldest = Math.min(oldest, found[loaded.get(i)].loaded());
    }
    Timing.CACHE_STALENESS.addOutside(TimeUnit.MILLISECONDS.toNanos(now - oldest));
    return found;
  }

  private void load(ImmutableIntArray missing) throws Exception {
    Flight flight = new Flight();
    Map<Integer, Flight> others = new LinkedHashMap<>();
    ImmutableIntArray own = claim(missing, flight, others);
    // First one's own: the other may be waiting for it.
    fly(flight, own);
    ImmutableIntArray.Builder left = ImmutableIntArray.builder();
    for (Map.Entry<Integer, Flight> each : others.entrySet()) {
      int position = each.getKey();
      Entry answer = each.getValue().await(keys.get(position), PATIENCE);
      found[position] = answer;
      if (answer == null) {
        left.add(position);
      }
    }
    ImmutableIntArray unanswered = left.build();
    cache.coalesced(others.size() - unanswered.length());
    ask(unanswered);
  }

  /**
   * Takes keys upon a flight.
   *
   * @param others is given those that others have taken upon theirs
   * @return those that are on it now
   */
  private ImmutableIntArray claim(
      ImmutableIntArray positions, Flight flight, Map<Integer, Flight> others) {
    ImmutableIntArray.Builder own = ImmutableIntArray.builder(positions.length());
    for (int i = 0; i < positions.length(); i++) {
      int position = positions.get(i);
      Flight other = cache.flights().claim(keys.get(position), flight);
      if (other == null) {
        own.add(position);
      } else {
        others.put(position, other);
      }
    }
    return own.build();
  }

  /** Has what a flight is for answered by the tiers below, and the rest of it by the source. */
  private void fly(Flight flight, ImmutableIntArray own) throws Exception {
    try {
      cache.fromBelow(keys, own, now, found);
      ImmutableIntArray.Builder rest = ImmutableIntArray.builder();
      own.forEach(
          position -> {
            if (found[position] == null) {
              rest.add(position);
            }
          });
      ask(rest.build());
    } finally {
      land(flight, own, found);
    }
  }

  private void land(Flight flight, ImmutableIntArray own, @Nullable Entry[] answers) {
    List<CacheKey> claimed = new ArrayList<>(own.length());
    own.forEach(position -> claimed.add(keys.get(position)));
    cache.flights().land(flight, claimed, () -> byKey(own, answers));
  }

  private Map<CacheKey, Entry> byKey(ImmutableIntArray positions, @Nullable Entry[] answers) {
    Map<CacheKey, Entry> byKey = new HashMap<>();
    positions.forEach(
        position -> {
          Entry entry = answers[position];
          if (entry != null) {
            byKey.put(keys.get(position), entry);
          }
        });
    return byKey;
  }

  private void ask(ImmutableIntArray positions) throws Exception {
    if (!positions.isEmpty()) {
      cache.fromSource(keys, positions.toArray(), loader, found);
    }
  }

  /** Has loaded again what still may be served, by another thread, if it has the time. */
  private void refresh(ImmutableIntArray due) {
    if (!due.isEmpty()) {
      cache.refresh(() -> reload(due));
    }
  }

  private void reload(ImmutableIntArray due) {
    Flight flight = new Flight();
    ImmutableIntArray own = claim(due, flight, new HashMap<>());
    @Nullable Entry[] answers = new @Nullable Entry[keys.size()];
    try {
      if (!own.isEmpty()) {
        cache.fromSource(keys, own.toArray(), loader, answers);
      }
    } catch (Exception failure) {
      LOG.info("Entries could not be loaded ahead of time: {}", failure.getMessage());
    } finally {
      land(flight, own, answers);
    }
  }
}
