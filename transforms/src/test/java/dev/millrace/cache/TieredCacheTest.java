// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.control.ByteSize;
import dev.millrace.control.TimeToLive;
import dev.millrace.observe.Measure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TieredCacheTest {

  private static final AtomicInteger NAMES = new AtomicInteger();

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final MapTier own = new MapTier();
  private final MapTier shared = new MapTier();
  private final String name = "c" + NAMES.incrementAndGet();
  private final AtomicInteger loads = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private TieredCache cache = cache(ByteSize.ofMebibytes(1));

  private TieredCache cache(ByteSize heap) {
    return new TieredCache(
        name,
        heap,
        List.of(new TieredCache.Lower(own, false), new TieredCache.Lower(shared, true)),
        new TimeToLive(Duration.ofSeconds(100), Duration.ofSeconds(10)),
        now::get);
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    cache.close();
  }

  private static CacheKey key(int number) {
    return CacheKey.of(("key " + number).getBytes(StandardCharsets.UTF_8));
  }

  private static List<CacheKey> keys(int... numbers) {
    return Arrays.stream(numbers).mapToObj(TieredCacheTest::key).toList();
  }

  /** Even keys have a value that says how often the source was asked; odd ones have none. */
  private byte[] @Nullable [] load(List<CacheKey> keys, int[] positions) {
    byte[] value = ("load " + loads.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
    byte[] @Nullable [] values = new byte[positions.length][];
    for (int i = 0; i < values.length; i++) {
      byte[] key = keys.get(positions[i]).bytes();
      values[i] = key[key.length - 1] % 2 == 0 ? value : null;
    }
    return values;
  }

  private List<String> get(int... numbers) throws Exception {
    List<CacheKey> keys = keys(numbers);
    return texts(cache.get(keys, positions -> load(keys, positions)));
  }

  private static List<String> texts(Entry[] entries) {
    List<String> texts = new ArrayList<>();
    for (Entry entry : entries) {
      byte[] value = entry.value();
      texts.add(value == null ? "none" : new String(value, StandardCharsets.UTF_8));
    }
    return texts;
  }

  private long requests(String tier, TierMeter.Result result) {
    return new TierMeter(name, tier).requests(result);
  }

  @Test
  void get_shouldAskTheSourceOnce_andForWhatIsMissingOnly() throws Exception {
    assertThat(get(2, 3)).containsExactly("load 1", "none");
    assertThat(get(2, 3, 4)).containsExactly("load 1", "none", "load 2");
    assertThat(get(4, 3, 2)).containsExactly("load 2", "none", "load 1");

    assertThat(loads).hasValue(2);
    assertThat(requests("heap", TierMeter.Result.HIT)).isEqualTo(3);
    assertThat(requests("heap", TierMeter.Result.NEGATIVE)).isEqualTo(2);
    assertThat(requests("heap", TierMeter.Result.MISS)).isEqualTo(3);
    assertThat(requests("source", TierMeter.Result.HIT)).isEqualTo(2);
    assertThat(requests("source", TierMeter.Result.NEGATIVE)).isEqualTo(1);
  }

  @Test
  void get_shouldAskAgain_whenItsTimeIsOver_soonerForWhatWasNotFound() throws Exception {
    get(2, 3);
    now.addAndGet(10_000);
    assertThat(get(2, 3)).containsExactly("load 1", "none");
    assertThat(loads).hasValue(2);
    now.addAndGet(90_000);
    assertThat(get(2)).containsExactly("load 3");
    assertThat(requests("heap", TierMeter.Result.STALE)).isEqualTo(2);
  }

  @Test
  void get_shouldTakeUpWhatALowerTierHas_andTellTheSharedOneWhatWasLoaded() throws Exception {
    get(2, 3);
    assertThat(shared.entries).containsOnlyKeys(key(2), key(3));
    assertThat(own.entries).isEmpty();

    try (TieredCache other = cache(ByteSize.ofMebibytes(1))) {
      List<CacheKey> keys = keys(2, 3);
      for (int i = 0; i < 2; i++) {
        assertThat(texts(other.get(keys, positions -> load(keys, positions))))
            .containsExactly("load 1", "none");
      }
      assertThat(shared.gave).hasValue(2);
    }
    assertThat(loads).hasValue(1);
  }

  @Test
  void get_shouldNotServeALowerTiersEntry_fromAClockAhead() throws Exception {
    Entry ahead = new Entry(new byte[] {'x'}, now.get() + 5, now.get() + 1_000_000, 0);
    shared.entries.put(key(2), ahead);
    assertThat(get(2)).containsExactly("load 1");
  }

  @Test
  void heap_shouldGiveDownWhatItHasNoRoomFor() throws Exception {
    cache.close();
    cache = cache(ByteSize.ofKibibytes(20));
    for (int i = 0; i < 4000; i += 2) {
      get(i);
    }
    shared.entries.clear();
    cache.close();
    cache = cache(ByteSize.ofKibibytes(20));
    assertThat(own.entries).hasSize(2000);

    assertThat(get(0, 1998)).containsExactly("load 1", "load 1000");
    assertThat(loads).hasValue(2000);
  }

  @Test
  void close_shouldKeepWhatTheHeapHas_forWhoComesNext() throws Exception {
    get(2, 3);
    cache.close();
    assertThat(own.entries).containsOnlyKeys(key(2), key(3));
  }

  @Test
  void get_shouldHaveOneThreadAsk_andTheOthersWait() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    List<CacheKey> keys = keys(2);
    List<Future<List<String>>> results = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      results.add(
          threads.submit(
              () ->
                  texts(
                      cache.get(
                          keys,
                          positions -> {
                            asked.countDown();
                            answer.await();
                            return load(keys, positions);
                          }))));
    }
    asked.await();
    while (requests("heap", TierMeter.Result.MISS) < 8) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    answer.countDown();
    for (Future<List<String>> result : results) {
      assertThat(result.get()).containsExactly("load 1");
    }
    assertThat(loads).hasValue(1);
  }

  @Test
  void get_shouldAskItself_whenWhoAskedFails() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch fail = new CountDownLatch(1);
    List<CacheKey> keys = keys(2);
    Future<Entry[]> first =
        threads.submit(
            () ->
                cache.get(
                    keys,
                    positions -> {
                      asked.countDown();
                      fail.await();
                      throw new IllegalStateException("the source is away");
                    }));
    asked.await();
    Future<List<String>> second = threads.submit(() -> get(2));
    while (requests("heap", TierMeter.Result.MISS) < 2) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    fail.countDown();

    assertThatThrownBy(first::get).hasRootCauseMessage("the source is away");
    assertThat(second.get()).containsExactly("load 1");
    assertThat(requests("source", TierMeter.Result.ERROR)).isEqualTo(1);
  }

  @Test
  void get_shouldNotWaitForEver_whenEachOfTwoHasWhatTheOtherWants() throws Exception {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      int first = random.nextInt(1000) * 10;
      Future<List<String>> one = threads.submit(() -> get(first, first + 2));
      Future<List<String>> two = threads.submit(() -> get(first + 2, first));
      assertThat(one.get(30, TimeUnit.SECONDS)).hasSize(2);
      assertThat(two.get(30, TimeUnit.SECONDS)).hasSize(2);
    }
  }

  @Test
  void remove_shouldHold_alsoForWhatIsBeingLoaded() throws Exception {
    get(2, 4);
    cache.remove(keys(2));
    assertThat(shared.entries).containsOnlyKeys(key(4));
    assertThat(get(2, 4)).containsExactly("load 2", "load 1");

    List<CacheKey> keys = keys(6);
    cache.get(
        keys,
        positions -> {
          byte[] @Nullable [] old = load(keys, positions);
          cache.remove(keys);
          return old;
        });
    assertThat(shared.entries).doesNotContainKey(key(6));
    assertThat(get(6)).containsExactly("load 4");
  }

  @Test
  void remove_shouldHold_alsoForWhatIsOnItsWayUp() throws Exception {
    get(2);
    try (TieredCache other = cache(ByteSize.ofMebibytes(1))) {
      List<CacheKey> keys = keys(2);
      shared.meanwhile = () -> other.remove(keys);
      assertThat(texts(other.get(keys, positions -> load(keys, positions))))
          .containsExactly("load 1");
      shared.meanwhile = () -> {};
      assertThat(texts(other.get(keys, positions -> load(keys, positions))))
          .containsExactly("load 2");
    }
  }

  @Test
  void gauges_shouldTellWhatTheHeapHolds_whileItIsOpen() throws Exception {
    String gauge = Measure.labelled("millrace_cache_entries", "cache", name, "tier", "heap");
    get(2, 3, 4);
    assertThat(Measure.registry().gauge(gauge).getValue()).isEqualTo(3L);
    cache.close();
    assertThat(Measure.registry().getGauges()).doesNotContainKey(gauge);
    cache = cache(ByteSize.ofMebibytes(1));
  }

  @Test
  void clear_shouldForgetAll() throws Exception {
    get(2, 3);
    cache.clear();
    assertThat(shared.entries).isEmpty();
    assertThat(get(2, 3)).containsExactly("load 2", "none");
  }

  @Test
  void get_shouldHaveWhatIsAskedForOftenLoadedAgain_beforeItsTimeIsOver() throws Exception {
    List<CacheKey> keys = keys(2);
    TieredCache.Loader slow =
        positions -> {
          TimeUnit.MILLISECONDS.sleep(20);
          return load(keys, positions);
        };
    long expires = cache.get(keys, slow)[0].expires();
    now.set(expires - 1);
    // Each asks with its own chance, which for a load of 20 ms at 1 ms from the end is 95 %.
    while (loads.get() < 2) {
      assertThat(texts(cache.get(keys, slow))).doesNotContain("none");
      TimeUnit.MILLISECONDS.sleep(1);
    }
    while (cache.get(keys, slow)[0].expires() == expires) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertThat(requests("heap", TierMeter.Result.STALE)).isZero();
  }
}
