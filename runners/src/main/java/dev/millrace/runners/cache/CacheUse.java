// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.cache.tier.SavedMeter;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.runners.console.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a cache of this JVM was asked for and gave.
 *
 * @param asked keys that its source was asked for
 * @param served keys, by tier
 * @param savedNanos that the source would have taken for them: an estimate
 */
record CacheUse(long asked, Map<String, Long> served, long savedNanos) {

  private static final List<String> TIERS = List.of("heap", "disk", "redis");
  private static final double LEAST_SECONDS = 0.05;

  /** Since this JVM started. */
  static CacheUse of(String cache) {
    Map<String, Long> served = new LinkedHashMap<>();
    TIERS.forEach(tier -> served.put(tier, new TierMeter(cache, tier).served()));
    return new CacheUse(
        new TierMeter(cache, "source").served(), served, SavedMeter.saved(cache).sum());
  }

  /** What came after. */
  CacheUse since(CacheUse before) {
    Map<String, Long> more = new LinkedHashMap<>();
    served.forEach((tier, keys) -> more.put(tier, keys - before.served.getOrDefault(tier, 0L)));
    return new CacheUse(asked - before.asked, more, savedNanos - before.savedNanos);
  }

  /**
   * Tells of it.
   *
   * @param source that was asked
   */
  void tell(String source, List<String> report, Map<String, @Nullable Object> details) {
    double saved = savedNanos / (double) TimeUnit.SECONDS.toNanos(1);
    details.put("keys_asked", asked);
    details.put("keys_served", served);
    details.put("saved_seconds_estimate", Figures.thousandths(saved));
    List<String> parts = new ArrayList<>();
    served.forEach(
        (tier, keys) -> {
          if (keys > 0) {
            parts.add("%,d by %s".formatted(keys, tier));
          }
        });
    report.add(
        "%s was asked for %,d keys; the cache served %s."
            .formatted(source, asked, parts.isEmpty() ? "none" : String.join(", ", parts)));
    if (saved >= LEAST_SECONDS) {
      report.add(
          String.format(
              Locale.ROOT,
              "To ask for these would have taken some %.1f s of all threads together (estimated).",
              saved));
    }
  }
}
