// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.google.common.base.Suppliers;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is being asked for now in this JVM, so that nobody asks for it a second time meanwhile. Safe
 * for use by several threads.
 */
final class Flights {

  /** What one request asks for at once, and whose answers come at once. */
  static final class Flight {

    private final CompletableFuture<Supplier<Map<CacheKey, Entry>>> answers =
        new CompletableFuture<>();

    /** What another request was answered for a key; null when it was not, or not in time. */
    @Nullable Entry await(CacheKey key, Duration patience) throws InterruptedException {
      try {
        return answers.get(patience.toMillis(), TimeUnit.MILLISECONDS).get().get(key);
      } catch (TimeoutException | ExecutionException unanswered) {
        return null;
      }
    }
  }

  private final Map<CacheKey, Flight> underWay = new ConcurrentHashMap<>();

  /**
   * Takes a key upon a flight, which then has to {@link #land}.
   *
   * @return null if it is now that flight's; otherwise the one that it is on already
   */
  @Nullable Flight claim(CacheKey key, Flight flight) {
    return underWay.putIfAbsent(key, flight);
  }

  /**
   * Ends a flight.
   *
   * @param claimed all of its keys
   * @param answers looked into if anybody waits; who finds no answer there asks himself
   */
  void land(Flight flight, Collection<CacheKey> claimed, Supplier<Map<CacheKey, Entry>> answers) {
    claimed.forEach(key -> underWay.remove(key, flight));
    flight.answers.complete(Suppliers.memoize(answers::get));
  }

  /** Lets nobody else join those who ask for some keys now. */
  void forget(Collection<CacheKey> keys) {
    keys.forEach(underWay::remove);
  }

  void forgetAll() {
    underWay.clear();
  }
}
