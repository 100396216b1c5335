// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.observe.Measure;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a cache as a whole saved, by its name, in this JVM (this class loader). */
final class CacheMeter {

  private static final Map<String, LongAdder> SAVED = new ConcurrentHashMap<>();
  private static final double NANOS = 1e9;

  private CacheMeter() {}

  /** The nanoseconds that loads would have taken which the cache made needless: an estimate. */
  static LongAdder saved(String cache) {
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
