// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import dev.millrace.observe.Measure;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

/**
 * What one tier of one cache counts, in this JVM (this class loader). Safe for use by several
 * threads.
 */
public final class TierMeter {

  /** How a request for a key ended. */
  public enum Result {
    HIT,
    /** It was known that there is nothing for the key. */
    NEGATIVE,
    MISS,
    /** There was an entry that had expired. */
    STALE,
    /** The tier could not be asked, or its answer could not be trusted. */
    ERROR,
    /** Another thread was asking already, and its answer was waited for. */
    COALESCED
  }

  /** Why an entry left its tier by itself. */
  public enum Eviction {
    /** There was no room for it. */
    SIZE,
    EXPIRED,
    DAMAGED,
    /** It was in a file that had to be begun anew. */
    REBUILT
  }

  /** Where an entry went between tiers. */
  public enum Move {
    /** Up to the heap, where it was asked for. */
    PROMOTION,
    /** Down, as the heap had no room for it. */
    DEMOTION
  }

  private final String cache;
  private final String tier;
  private final ImmutableMap<Result, Counter> requests;
  private final ImmutableMap<Eviction, Counter> evictions;
  private final ImmutableMap<Move, Counter> moves;

  /**
   * A meter.
   *
   * @param cache the cache's name
   * @param tier {@code heap}, {@code disk}, {@code redis} or {@code source}
   */
  public TierMeter(String cache, String tier) {
    this.cache = cache;
    this.tier = tier;
    this.requests = counters("millrace_cache_requests_total", "result", Result.values());
    this.evictions = counters("millrace_cache_evictions_total", "cause", Eviction.values());
    this.moves = counters("millrace_cache_moves_total", "move", Move.values());
  }

  private <E extends Enum<E>> ImmutableMap<E, Counter> counters(
      String metric, String label, E[] values) {
    return Maps.toMap(
        List.of(values), each -> counter(metric, label, each.name().toLowerCase(Locale.ROOT)));
  }

  private Counter counter(String metric, String label, String value) {
    return Measure.registry()
        .counter(Measure.labelled(metric, "cache", cache, "tier", tier, label, value));
  }

  /**
   * Counts the requests of one call, each once: what was given by whether it may be served, and
   * what was not as missing, or as failed.
   *
   * @param asked how many keys
   * @param given what there was of them
   * @param errors how many of the others could not be asked for, or had an answer that cannot be
   *     trusted
   * @param now milliseconds since 1970
   */
  public void answered(long asked, Collection<Entry> given, long errors, long now) {
    long stale = given.stream().filter(entry -> !entry.isFresh(now)).count();
    long negative = given.stream().filter(e -> e.isFresh(now) && e.isNegative()).count();
    requests(Result.HIT, given.size() - stale - negative);
    requests(Result.NEGATIVE, negative);
    requests(Result.STALE, stale);
    requests(Result.ERROR, errors);
    requests(Result.MISS, asked - given.size() - errors);
  }

  public void requests(Result result, long count) {
    of(result).inc(count);
  }

  /** How many requests ended so. */
  public long requests(Result result) {
    return of(result).getCount();
  }

  /** How many requests were served: by a value, or by the knowledge that there is none. */
  public long served() {
    return requests(Result.HIT) + requests(Result.NEGATIVE);
  }

  private Counter of(Result result) {
    return requireNonNull(requests.get(result));
  }

  /** Entries that the tier gave up by itself. */
  public void evictions(Eviction cause, long count) {
    requireNonNull(evictions.get(cause)).inc(count);
  }

  /** Entries that came to this tier, or left it, for another. */
  public void moves(Move move, long count) {
    requireNonNull(moves.get(move)).inc(count);
  }

  /** How many entries moved so. */
  public long moves(Move move) {
    return requireNonNull(moves.get(move)).getCount();
  }

  /** Entries that the tier was told to forget. */
  public void invalidated(long count) {
    counter("millrace_cache_invalidations_total", "cause", "forgotten").inc(count);
  }

  /** Entries that a tier was asked to keep and did not, as one that is full or away. */
  public void dropped(String cause, long count) {
    counter("millrace_cache_dropped_total", "cause", cause).inc(count);
  }

  /**
   * Shows how full a tier is, until {@link #hide}. What several of one cache and kind hold in this
   * JVM is summed up.
   */
  public void show(Tier open) {
    change(open, true);
  }

  public void hide(Tier closed) {
    change(closed, false);
  }

  private void change(Tier one, boolean open) {
    change("millrace_cache_entries", Tier::entries, one, open);
    change("millrace_cache_bytes", Tier::bytes, one, open);
  }

  private void change(String metric, ToLongFunction<Tier> measure, Tier one, boolean open) {
    String name = Measure.labelled(metric, "cache", cache, "tier", tier);
    synchronized (TierMeter.class) {
      Metric shown = Measure.registry().getMetrics().get(name);
      Sum sum = shown instanceof Sum there ? there : new Sum(measure);
      if (open) {
        sum.tiers.add(one);
      } else {
        sum.tiers.remove(one);
      }
      if (sum.tiers.isEmpty()) {
        Measure.registry().remove(name);
      } else if (shown == null) {
        Measure.registry().register(name, sum);
      }
    }
  }

  /** What all tiers that are open hold together. */
  private static final class Sum implements Gauge<Long> {
    private final ToLongFunction<Tier> measure;
    private final List<Tier> tiers = new CopyOnWriteArrayList<>();

    Sum(ToLongFunction<Tier> measure) {
      this.measure = measure;
    }

    @Override
    public Long getValue() {
      return tiers.stream().mapToLong(measure).sum();
    }
  }
}
