// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.Counter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import dev.millrace.observe.Measure;
import java.util.List;
import java.util.Locale;

/**
 * What one tier of one cache counts, in this JVM (this class loader). Safe for use by several
 * threads.
 */
public final class TierMeter {

  private static final String REQUESTS = "millrace_cache_requests_total";

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

  private final String cache;
  private final String tier;
  private final ImmutableMap<Result, Counter> requests;

  /**
   * A meter.
   *
   * @param cache the cache's name
   * @param tier {@code heap}, {@code disk}, {@code redis} or {@code source}
   */
  public TierMeter(String cache, String tier) {
    this.cache = cache;
    this.tier = tier;
    this.requests =
        Maps.toMap(
            List.of(Result.values()),
            result -> counter(REQUESTS, "result", result.name().toLowerCase(Locale.ROOT)));
  }

  private Counter counter(String metric, String label, String value) {
    return Measure.registry()
        .counter(Measure.labelled(metric, "cache", cache, "tier", tier, label, value));
  }

  public void requests(Result result, long count) {
    of(result).inc(count);
  }

  /** How many requests ended so. */
  public long requests(Result result) {
    return of(result).getCount();
  }

  private Counter of(Result result) {
    return requireNonNull(requests.get(result));
  }

  /**
   * Entries that the tier gave up by itself.
   *
   * @param cause {@code size}, {@code expired}, {@code damaged} or {@code rebuilt}
   */
  public void evictions(String cause, long count) {
    counter("millrace_cache_evictions_total", "cause", cause).inc(count);
  }

  /** Entries that a tier was asked to keep and did not, as one that is full or away. */
  public void dropped(String cause, long count) {
    counter("millrace_cache_dropped_total", "cause", cause).inc(count);
  }
}
