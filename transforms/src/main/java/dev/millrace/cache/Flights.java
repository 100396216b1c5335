// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.util.Objects.requireNonNull;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What is being asked for now in this JVM, so that nobody asks for it a second time meanwhile. Safe
 * for use by several threads.
 */
final class Flights {

  private final Map<CacheKey, CompletableFuture<Entry>> underWay = new ConcurrentHashMap<>();

  /**
   * Takes a key upon oneself, who then has to {@link #land} it.
   *
   * @return null if it is now the caller's; otherwise the answer that another waits for
   */
  @Nullable Future<Entry> claim(CacheKey key) {
    return underWay.putIfAbsent(key, new CompletableFuture<>());
  }

  /** Ends a claim with its answer, or without one: whoever waits for it then asks itself. */
  void land(CacheKey key, @Nullable Entry answer) {
    CompletableFuture<Entry> flight = requireNonNull(underWay.remove(key));
    if (answer == null) {
      flight.cancel(false);
    } else {
      flight.complete(answer);
    }
  }
}
