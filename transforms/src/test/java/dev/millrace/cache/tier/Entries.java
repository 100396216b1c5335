// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import dev.millrace.observe.Measure;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Entries whose values follow from their keys, so that whatever is read can be judged. */
final class Entries {

  /** Generous: it says only that something ends. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  static final long LOADED = Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();
  static final long EXPIRES = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

  private Entries() {}

  static CacheKey key(long number) {
    return CacheKey.of(("key " + number).getBytes(UTF_8));
  }

  static List<CacheKey> keys(int from, int to) {
    return IntStream.range(from, to).mapToObj(Entries::key).toList();
  }

  /** The entry of a key: every seventh says that there is nothing. */
  static Entry entry(long number, int size) {
    return new Entry(number % 7 == 3 ? null : value(number, size), LOADED, EXPIRES, number);
  }

  /** Half text, half noise; of a length that is near to the size. */
  private static byte[] value(long number, int size) {
    Random random = new Random(number);
    byte[] value = new byte[size + (int) (number % 10)];
    random.nextBytes(value);
    for (int i = 0; i < value.length / 2; i++) {
      value[i] = (byte) ('a' + (value[i] & 7));
    }
    return value;
  }

  static Map<CacheKey, Entry> entries(int from, int to, int size) {
    Map<CacheKey, Entry> entries = new HashMap<>();
    for (int i = from; i < to; i++) {
      entries.put(key(i), entry(i, size));
    }
    return entries;
  }

  /** How many entries a tier did not take, for this reason. */
  static long dropped(String cache, String tier, String cause) {
    return counted("millrace_cache_dropped_total", cache, tier, cause);
  }

  /** How many entries a tier gave up, for this reason. */
  static long evicted(String cache, String tier, String cause) {
    return counted("millrace_cache_evictions_total", cache, tier, cause);
  }

  private static long counted(String metric, String cache, String tier, String cause) {
    String name = Measure.labelled(metric, "cache", cache, "tier", tier, "cause", cause);
    return Measure.registry().getMetrics().get(name) instanceof Counter counter
        ? counter.getCount()
        : 0;
  }

  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as(what).isBefore(deadline);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
