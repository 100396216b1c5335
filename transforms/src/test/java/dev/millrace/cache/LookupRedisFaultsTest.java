// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cache.Enrichment.Data;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.cache.tier.TierMeter;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalRedis;
import dev.millrace.testing.PostgresExtension;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever befalls Redis while a pipeline runs, it writes what it writes without a cache. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LookupRedisFaultsTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final boolean ALL = Boolean.getBoolean("millrace.chaos");
  private static final int STATIONS = 8_000;

  /** What a run may take that waits for nobody: generous, and less than a minute's pause. */
  private static final Duration RUN = Duration.ofSeconds(30);

  private static final Duration TIMEOUT = Duration.ofMillis(100);

  private final ExecutorService striker = Executors.newSingleThreadExecutor();

  @SuppressWarnings("NullAway.Init") // Before each test.
  private LocalRedis redis;

  /** To strike at once. */
  @SuppressWarnings("NullAway.Init")
  private StatefulRedisConnection<String, String> connection;

  @SuppressWarnings("NullAway.Init")
  private RedisClient client;

  @BeforeAll
  static void createTables() throws SQLException {
    Enrichment.create(POSTGRES.jdbcUrl(), STATIONS, 24_000);
  }

  @BeforeEach
  void start() throws Exception {
    redis = LocalRedis.start(LocalRedis.Settings.DEFAULT);
    client = RedisClient.create(redis.url());
    connection = client.connect();
  }

  @AfterEach
  void end() throws Exception {
    striker.shutdownNow();
    client.shutdown(0, 1, TimeUnit.SECONDS);
    redis.close();
  }

  /** What befalls Redis in the middle of a run; it lasts for another, unless it says so. */
  private enum Trouble {
    KILLED,
    KILLED_AND_BACK_IN_THE_RUN,
    PAUSED,
    PAUSED_AND_BACK_IN_THE_RUN,
    FULL,
    FLUSHED;

    boolean isOverInTheRun() {
      return this == KILLED_AND_BACK_IN_THE_RUN || this == PAUSED_AND_BACK_IN_THE_RUN;
    }
  }

  /** All with all under chaos; a history has no trouble of its own, so that usually one will do. */
  static Stream<Arguments> troubles() {
    return Stream.of(Data.values())
        .flatMap(data -> Stream.of(Trouble.values()).map(each -> Arguments.of(data, each)))
        .filter(each -> ALL || each.get()[0] == Data.FROZEN || each.get()[1] == Trouble.FULL);
  }

  private void strike(Trouble trouble) throws Exception {
    switch (trouble) {
      case KILLED, KILLED_AND_BACK_IN_THE_RUN -> redis.kill();
      case PAUSED, PAUSED_AND_BACK_IN_THE_RUN -> redis.stop();
      case FULL -> connection.sync().configSet("maxmemory", "1kb");
      case FLUSHED -> connection.sync().flushall();
    }
  }

  private void end(Trouble trouble) throws Exception {
    switch (trouble) {
      case KILLED, KILLED_AND_BACK_IN_THE_RUN -> redis.restart();
      case PAUSED, PAUSED_AND_BACK_IN_THE_RUN -> redis.resume();
      case FULL -> connection.sync().configSet("maxmemory", "0");
      case FLUSHED -> {}
    }
  }

  private CachedLookup cached(Enrichment enrichment, String name) {
    RedisSettings settings = RedisSettings.of(redis.url()).withTimeout(TIMEOUT);
    return enrichment
        .lookup(name)
        // So small that most of what is asked for again is asked of Redis.
        .cached(CacheSettings.DEFAULT.withHeap(ByteSize.ofKibibytes(64)).withRedis(settings));
  }

  private static void awaitAsked(String name, long keys) {
    while (Enrichment.asked(name) < keys) {
      LockSupport.parkNanos(100_000);
    }
  }

  @ParameterizedTest
  @MethodSource("troubles")
  void run_shouldWriteTheSame_whateverBefallsRedis(Data data, Trouble trouble) throws Exception {
    String name = "redis-" + data + "-" + trouble;
    Enrichment enrichment = new Enrichment(POSTGRES.jdbcUrl(), data);
    CachedLookup cached = cached(enrichment, name);
    Future<?> struck =
        striker.submit(
            () -> {
              awaitAsked(name, STATIONS / 8);
              strike(trouble);
              if (trouble.isOverInTheRun()) {
                awaitAsked(name, STATIONS / 2);
                end(trouble);
              }
              return null;
            });

    runInTime(enrichment, cached);
    struck.get();
    if (!trouble.isOverInTheRun()) {
      if (trouble == Trouble.FULL) {
        // On a slow machine all may have been kept before it was full.
        connection.sync().flushall();
      }
      // From its beginning to its end.
      runInTime(enrichment, cached);
      end(trouble);
    }
    assertFelt(name, trouble);
    awaitServed(enrichment, cached, name);
  }

  @Tag("chaos")
  @ParameterizedTest
  @EnumSource
  void run_shouldGoOn_whileRedisIsPausedForAMinute(Data data) throws Exception {
    String name = "minute-" + data;
    Enrichment enrichment = new Enrichment(POSTGRES.jdbcUrl(), data);
    CachedLookup cached = cached(enrichment, name);
    Future<Long> paused =
        striker.submit(
            () -> {
              awaitAsked(name, STATIONS / 8);
              redis.stop();
              return System.nanoTime();
            });
    int runs = 0;
    do {
      runInTime(enrichment, cached);
      runs++;
    } while (System.nanoTime() < paused.get() + Duration.ofMinutes(1).toNanos());
    assertThat(runs).as("of a minute").isGreaterThan(2);
    redis.resume();
    assertFelt(name, Trouble.PAUSED);
    awaitServed(enrichment, cached, name);
  }

  private static void runInTime(Enrichment enrichment, CachedLookup cached) throws SQLException {
    long start = System.nanoTime();
    assertThat(enrichment.run(cached)).isZero();
    assertThat(System.nanoTime() - start).isLessThan(RUN.toNanos());
  }

  private static void assertFelt(String name, Trouble trouble) {
    long unasked = new TierMeter(name, "redis").requests(TierMeter.Result.ERROR);
    switch (trouble) {
      case KILLED, PAUSED -> assertThat(unasked).isGreaterThan(STATIONS);
      case FULL -> assertThat(Enrichment.dropped(name, "redis")).isPositive();
      case KILLED_AND_BACK_IN_THE_RUN, PAUSED_AND_BACK_IN_THE_RUN ->
          assertThat(unasked).isPositive();
      case FLUSHED -> {}
    }
  }

  /** Runs until Redis has what it is asked for, and each time it is the same. */
  private static void awaitServed(Enrichment enrichment, CachedLookup cached, String name)
      throws Exception {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    long asked = STATIONS;
    while (asked > STATIONS / 10) {
      assertThat(System.nanoTime()).as("Redis serves again").isLessThan(end);
      asked = -Enrichment.asked(name);
      assertThat(enrichment.run(cached)).isZero();
      asked += Enrichment.asked(name);
    }
  }
}
