// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.observe.Measure;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a cache as a whole saved, by its name, in this JVM (this class loader). */
public final class SavedMeter {

  private static final Map<String, LongAdder> SAVED = new ConcurrentHashMap<>();
  private static final double NANOS = 1e9;

  private SavedMeter() {}

  /** The nanoseconds that loads would have taken which the cache made needless: an estimate. */
  public static LongAdder saved(String cache) {
    return SAVED.computeIfAbsent(
        cache,
        name -> {
          LongAdder nanos = new LongAdder();
          Measure.registry()
              .gauge(
                  Measure.labelled("millrace_cache_saved_seconds_total", "cache", name),
                  () -> () -> nanos.sum() / NANOS);
          return nanos;
        });
  }
}
