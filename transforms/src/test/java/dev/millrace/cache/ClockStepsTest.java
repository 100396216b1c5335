// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.DiskTier;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.cache.tier.RedisTier;
import dev.millrace.control.ByteSize;
import dev.millrace.control.TimeToLive;
import dev.millrace.local.LocalRedis;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clock of the machine steps under the tiers of a cache, or is another than that of the next
 * process: what is served is what was loaded for its key, and no older than it may be.
 */
class ClockStepsTest {

  private static final int KEYS = 500;
  private static final Duration TIME_TO_LIVE = Duration.ofMillis(300);
  private static final Duration LENGTH = Duration.ofSeconds(4);

  /** For a machine that is busy; far less than any step. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  /** A clock that somebody sets. */
  private static final class SteppedClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private static TieredCache open(Path disk, LocalRedis redis, Clock clock, LongSupplier time) {
    String name = "steps";
    return new TieredCache(
        name,
        ByteSize.ofKibibytes(32),
        List.of(
            new TieredCache.Lower(
                DiskTier.open(name, DiskSettings.of(disk.toString()), clock), false),
            new TieredCache.Lower(
                RedisTier.open(name, RedisSettings.of(redis.url()), clock), true)),
        new TimeToLive(TIME_TO_LIVE, TIME_TO_LIVE),
        time);
  }

  /** What it stands for, and when it was loaded. */
  private static byte[] value(int key) {
    return ByteBuffer.allocate(12).putInt(key).putLong(System.nanoTime()).array();
  }

  /** Asks until it is over, and returns how often what was served had been loaded before. */
  private static long ask(TieredCache cache, long until, int seed) throws Exception {
    Random random = new Random(seed);
    long served = 0;
    while (System.nanoTime() < until) {
      List<Integer> numbers = random.ints(50, 0, KEYS).distinct().boxed().toList();
      List<CacheKey> keys =
          numbers.stream().map(each -> CacheKey.of(("key " + each).getBytes(US_ASCII))).toList();
      long start = System.nanoTime();
      Entry[] entries =
          cache.get(
              keys,
              positions -> {
                byte[][] values = new byte[positions.length][];
                for (int i = 0; i < positions.length; i++) {
                  values[i] = value(numbers.get(positions[i]));
                }
                return values;
              });
      for (int i = 0; i < entries.length; i++) {
        ByteBuffer value = ByteBuffer.wrap(requireNonNull(entries[i].value()));
        assertThat(value.getInt()).isEqualTo(numbers.get(i));
        long age = start - value.getLong();
        assertThat(age).isLessThan(TIME_TO_LIVE.plus(SLACK).toNanos());
        served += age > 0 ? 1 : 0;
      }
    }
    return served;
  }

  private static List<Future<Long>> askers(
      ExecutorService threads, TieredCache cache, int count, long until) {
    List<Future<Long>> askers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int seed = i;
      askers.add(threads.submit(() -> ask(cache, until, seed)));
    }
    return askers;
  }

  private static long sum(List<Future<Long>> counts) throws Exception {
    long sum = 0;
    for (Future<Long> each : counts) {
      sum += each.get();
    }
    return sum;
  }

  @Test
  void get_shouldServeWhatIsRightAndFresh_whileTheClockSteps(@TempDir Path disk) throws Exception {
    SteppedClock clock = new SteppedClock();
    SteadyTime time = new SteadyTime(clock);
    time.hold();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    Random random = new Random(31);
    try (LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT);
        TieredCache cache = open(disk, redis, clock, time)) {
      long until = System.nanoTime() + LENGTH.toNanos();
      List<Future<Long>> askers = askers(threads, cache, 3, until);
      long steps = 0;
      while (System.nanoTime() < until) {
        // Hours, or some of what an entry lives; forwards and backwards.
        int most = random.nextBoolean() ? 10_000_000 : 1_000;
        clock.ahead = Duration.ofMillis(random.nextInt(2 * most) - most);
        steps++;
        Thread.sleep(random.nextInt(50));
      }
      assertThat(sum(askers)).as("served, of %d steps", steps).isGreaterThan(100);
    } finally {
      threads.shutdownNow();
      time.release();
    }
  }

  /** Three processes at once, as it were: each has its own disk and time, and all one Redis. */
  @Test
  void get_shouldServeWhatIsRightAndFresh_besideProcessesOfOtherClocks(@TempDir Path disk)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<TieredCache> caches = new ArrayList<>();
    try (LocalRedis redis = LocalRedis.start(LocalRedis.Settings.DEFAULT)) {
      long until = System.nanoTime() + LENGTH.toNanos();
      List<Future<Long>> askers = new ArrayList<>();
      for (Duration ahead : List.of(Duration.ofHours(-3), Duration.ZERO, Duration.ofHours(3))) {
        Clock clock = Clock.offset(Clock.systemUTC(), ahead);
        TieredCache cache = open(disk.resolve(ahead.toString()), redis, clock, clock::millis);
        caches.add(cache);
        askers.addAll(askers(threads, cache, 1, until));
      }
      assertThat(sum(askers)).isGreaterThan(100);
    } finally {
      threads.shutdownNow();
      caches.forEach(TieredCache::close);
    }
  }
}
