// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static dev.millrace.cache.tier.Entries.await;
import static dev.millrace.cache.tier.Entries.dropped;
import static dev.millrace.cache.tier.Entries.entries;
import static dev.millrace.cache.tier.Entries.entry;
import static dev.millrace.cache.tier.Entries.key;
import static dev.millrace.cache.tier.Entries.keys;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cache.tier.TierMeter.Result;
import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalRedis;
import dev.millrace.local.proxy.FaultProxy;
import dev.millrace.observe.Events;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What becomes of a tier while its Redis, or the network before it, fails, and afterwards. */
class RedisFaultsTest {

  private static final Clock CLOCK = Clock.systemUTC();

  /** Long enough for a busy machine, and short enough to be waited for. */
  private static final Duration TIMEOUT = Duration.ofMillis(700);

  private static final int LIVE = 200;

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static LocalRedis redis;

  @SuppressWarnings("NullAway.Init") // Before each test.
  private FaultProxy proxy;

  @SuppressWarnings("NullAway.Init")
  private RedisTier tier;

  @SuppressWarnings("NullAway.Init")
  private TierMeter meter;

  @SuppressWarnings("NullAway.Init")
  private String cache;

  @BeforeAll
  static void start() throws Exception {
    redis = LocalRedis.start(LocalRedis.Settings.DEFAULT);
  }

  @AfterAll
  static void end() throws Exception {
    redis.close();
  }

  /** Each test has a connection of its own through a proxy of its own, and some entries. */
  @BeforeEach
  void open(TestInfo test) throws Exception {
    proxy = FaultProxy.to(redis.port());
    cache = test.getTestMethod().orElseThrow().getName();
    meter = new TierMeter(cache, "redis");
    tier = RedisTier.open(cache, settings(), CLOCK);
    fill();
  }

  @AfterEach
  void close() {
    tier.close();
    proxy.close();
  }

  private RedisSettings settings() {
    return RedisSettings.of("redis://127.0.0.1:" + proxy.port()).withTimeout(TIMEOUT);
  }

  private void fill() throws InterruptedException {
    await(
        "the entries",
        () -> {
          tier.put(entries(0, LIVE, 100));
          return tier.get(keys(0, LIVE)).size() == LIVE;
        });
  }

  private void awaitAnswers() throws InterruptedException {
    await("Redis is asked again", () -> tier.get(keys(0, LIVE)).size() == LIVE);
  }

  private void awaitAway() throws InterruptedException {
    await("Redis is not asked", () -> isAway("is not asked for now: "));
  }

  /** Whether the last that was said of this Redis is that it is gone. */
  private boolean isAway(String text) {
    List<String> said = said();
    return !said.isEmpty() && said.get(said.size() - 1).contains(text);
  }

  private List<String> said() {
    String where = "Redis at 127.0.0.1:" + proxy.port() + " ";
    return Events.latest().stream()
        .map(Events.Event::text)
        .filter(text -> text.startsWith(where))
        .toList();
  }

  /** Asks Redis itself, without the proxy. */
  private static <T> T onRedis(int port, Function<RedisCommands<byte[], byte[]>, T> ask) {
    RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
    try (StatefulRedisConnection<byte[], byte[]> connection =
        client.connect(ByteArrayCodec.INSTANCE)) {
      return ask.apply(connection.sync());
    } finally {
      client.shutdown(0, 1, TimeUnit.SECONDS);
    }
  }

  private static int keysOf(int port, String cache) {
    byte[] pattern = ("millrace:default:1:" + cache + ":*").getBytes(StandardCharsets.US_ASCII);
    return onRedis(port, commands -> commands.keys(pattern).size());
  }

  @Test
  void get_shouldGiveNothingAtOnce_whileRedisIsKilled() throws Exception {
    redis.kill();
    try {
      awaitAway();
      long errors = meter.requests(Result.ERROR);
      for (int i = 0; i < 10_000; i++) {
        assertThat(tier.get(List.of(key(i)))).isEmpty();
      }
      assertThat(meter.requests(Result.ERROR)).isEqualTo(errors + 10_000);
      tier.put(entries(0, 10, 100));
      assertThat(dropped(cache, "redis", "away")).isEqualTo(10);
    } finally {
      redis.restart();
    }
    fill();
    assertThat(said()).hasSize(2).last().asString().endsWith(" is asked again");
  }

  @Test
  void get_shouldWaitAFewTimeoutsInAll_whileRedisIsPaused() throws Exception {
    paused(Duration.ofSeconds(8));
  }

  @Test
  @Tag("chaos")
  void get_shouldWaitAFewTimeoutsInAll_whileRedisIsPausedForAMinute() throws Exception {
    paused(Duration.ofSeconds(60));
  }

  private void paused(Duration time) throws Exception {
    int waits = 0;
    int calls = 0;
    redis.stop();
    try {
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        assertThat(tier.get(keys(0, LIVE))).isEmpty();
        tier.put(entries(0, 1, 100));
        waits += System.nanoTime() - start > TIMEOUT.dividedBy(2).toNanos() ? 1 : 0;
        calls++;
      }
    } finally {
      redis.resume();
    }
    assertThat(waits).as("of %d calls", calls).isBetween(1, 2 * RedisLink.TIMEOUTS);
    assertThat(calls).isGreaterThan(100);
    awaitAnswers();
    assertThat(said())
        .hasSize(2)
        .first()
        .asString()
        .contains("it did not answer within 700 ms, 3 times in a row");
  }

  /** The server has connections of its own to read, and of each a part at a time. */
  @Test
  void remove_shouldHold_whenAnEarlierWriteIsStillOnItsWay() throws Exception {
    String name = cache + "-direct";
    RedisSettings direct = RedisSettings.of(redis.url()).withTimeout(TIMEOUT);
    try (RedisTier own = RedisTier.open(name, direct, CLOCK)) {
      for (int round = 0; round < 2; round++) {
        await(
            "a connection",
            () -> {
              own.put(entries(0, 1, 10));
              return own.get(keys(0, 1)).size() == 1;
            });
        redis.stop();
        try {
          own.put(entries(0, LIVE, 60_000));
          own.remove(keys(0, LIVE));
          assertThat(own.get(keys(0, LIVE))).isEmpty();
        } finally {
          redis.resume();
        }
        long misses = new TierMeter(name, "redis").requests(Result.MISS);
        await(
            "Redis is asked again",
            () -> {
              assertThat(own.get(keys(0, LIVE))).isEmpty();
              return new TierMeter(name, "redis").requests(Result.MISS) > misses + 50 * LIVE;
            });
        assertThat(keysOf(redis.port(), name)).isZero();
      }
    }
  }

  @Test
  void remove_shouldHold_whenItCannotReachRedis() throws Exception {
    proxy.refuse(true);
    proxy.cut();
    awaitAway();

    tier.remove(keys(0, 10));
    assertThat(keysOf(redis.port(), cache)).isEqualTo(LIVE);
    proxy.refuse(false);

    await("Redis is asked again", () -> !tier.get(keys(10, LIVE)).isEmpty());
    assertThat(tier.get(keys(0, LIVE))).isEqualTo(entries(10, LIVE, 100));
    assertThat(keysOf(redis.port(), cache)).isEqualTo(LIVE - 10);
  }

  @Test
  void remove_shouldHold_whenMoreCannotReachRedisThanAreRemembered() throws Exception {
    try (RedisTier other = RedisTier.open("another-cache", settings(), CLOCK)) {
      other.put(entries(0, 10, 10));
      await("the entries", () -> other.get(keys(0, 10)).size() == 10);
      proxy.refuse(true);
      proxy.cut();
      awaitAway();

      tier.remove(keys(LIVE, LIVE + RedisDebts.MOST + 1));
      proxy.refuse(false);

      await("Redis is asked again", () -> other.get(keys(0, 10)).size() == 10);
      assertThat(tier.get(keys(0, LIVE))).isEmpty();
      assertThat(keysOf(redis.port(), cache)).isZero();
    }
  }

  @Test
  void clear_shouldHold_whenItCannotReachRedis() throws Exception {
    redis.stop();
    try {
      tier.clear();
      assertThat(tier.get(keys(0, LIVE))).isEmpty();
    } finally {
      redis.resume();
    }
    await("Redis is asked again", () -> isAway(" is asked again"));
    assertThat(tier.get(keys(0, LIVE))).isEmpty();
    assertThat(keysOf(redis.port(), cache)).isZero();
  }

  @Test
  void get_shouldFindNothing_whenRedisWasFlushed() throws Exception {
    long errors = meter.requests(Result.ERROR);
    onRedis(redis.port(), RedisCommands::flushall);

    assertThat(tier.get(keys(0, LIVE))).isEmpty();
    assertThat(meter.requests(Result.ERROR)).isEqualTo(errors);
    fill();
    assertThat(said()).isEmpty();
  }

  @Test
  void get_shouldGoOn_whenItsConnectionIsCutAgainAndAgain() throws Exception {
    for (int i = 0; i < 10; i++) {
      if (i % 2 == 0) {
        proxy.cut();
      } else {
        proxy.reset();
      }
      awaitAnswers();
    }
    assertThat(proxy.connections()).isEqualTo(1);
  }

  @Test
  void get_shouldGoOn_whenTheNetworkWasAHole() throws Exception {
    proxy.blackHole(true);
    awaitAwayByAsking();
    assertThat(tier.get(keys(0, LIVE))).isEmpty();

    proxy.blackHole(false);
    awaitAnswers();
  }

  private void awaitAwayByAsking() throws InterruptedException {
    await(
        "Redis is not asked",
        () -> {
          assertThat(tier.get(keys(0, LIVE))).isEmpty();
          return isAway("is not asked for now: ");
        });
  }

  @Test
  void open_shouldNotFail_whenRedisComesLater() throws Exception {
    redis.kill();
    try (RedisTier early =
        RedisTier.open(cache, RedisSettings.of(redis.url()).withTimeout(TIMEOUT), CLOCK)) {
      assertThat(early.get(keys(0, 10))).isEmpty();
      redis.restart();

      await(
          "Redis is asked",
          () -> {
            early.put(entries(0, 10, 10));
            return early.get(keys(0, 10)).size() == 10;
          });
    }
  }

  @Test
  void get_shouldServeOn_whileRedisHasNoMemoryLeft() throws Exception {
    LocalRedis.Settings small = LocalRedis.Settings.DEFAULT.with("maxmemory", "3mb");
    try (LocalRedis full = LocalRedis.start(small);
        RedisTier own =
            RedisTier.open("no-memory", RedisSettings.of(full.url()).withTimeout(TIMEOUT), CLOCK)) {
      own.put(entries(0, 10, 100));
      await("the entries", () -> own.get(keys(0, 10)).size() == 10);
      String where = "Redis at 127.0.0.1:" + full.port();
      await(
          "it is full",
          () -> {
            own.put(Map.of(key(1_001), entry(1_001, 1 << 20), key(1_002), entry(1_002, 1 << 20)));
            return dropped("no-memory", "redis", "refused") > 0;
          });

      assertThat(own.get(keys(0, 10))).isEqualTo(entries(0, 10, 100));
      assertThat(dropped("no-memory", "redis", "failed")).isPositive();
      assertThat(Events.latest())
          .extracting(Events.Event::text)
          .anyMatch(
              text ->
                  text.startsWith(where + " takes no entries for now: OOM command not allowed"));

      onRedis(full.port(), RedisCommands::flushall);
      await(
          "it takes entries again",
          () -> {
            own.put(entries(0, 10, 100));
            return own.get(keys(0, 10)).size() == 10;
          });
      assertThat(Events.latest())
          .extracting(Events.Event::text)
          .contains(where + " takes entries again");
    }
  }

  /** A replica gives what it has, and takes nothing: what is to be forgotten cannot be. */
  @Test
  void remove_shouldHold_whenRedisIsAReplica() throws Exception {
    onRedis(redis.port(), commands -> commands.replicaof("127.0.0.1", 1));
    try {
      tier.put(entries(LIVE, LIVE + 1, 10));
      await("the write is refused", () -> isAway("takes no entries for now: READONLY"));
      assertThat(tier.get(keys(0, LIVE))).isEqualTo(entries(0, LIVE, 100));

      tier.remove(keys(0, 1));
      assertThat(tier.get(keys(0, 1))).isEmpty();
    } finally {
      onRedis(redis.port(), RedisCommands::replicaofNoOne);
    }
    await("Redis is asked again", () -> !tier.get(keys(1, LIVE)).isEmpty());
    assertThat(tier.get(keys(0, LIVE))).isEqualTo(entries(1, LIVE, 100));
  }

  /** It answers when it is looked for, and refuses each question. */
  @Test
  void get_shouldAskLessAndLessOften_whenRedisLetsNobodyAsk() throws Exception {
    onRedis(
        redis.port(),
        commands ->
            commands.aclSetuser(
                "limited",
                AclSetuserArgs.Builder.on()
                    .addPassword("limited")
                    .addCommand(CommandType.PING)
                    .addCommand(CommandType.CLIENT)
                    .addCommand(CommandType.HELLO)));
    RedisSettings limited = settings().withUser("limited").withPassword(Secret.inline("limited"));
    long before = proxy.accepted();
    try (RedisTier own = RedisTier.open(cache, limited, CLOCK)) {
      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() < end) {
        assertThat(own.get(keys(0, 10))).isEmpty();
      }
    }
    assertThat(said()).anyMatch(text -> text.contains("is not asked for now: NOPERM"));
    assertThat(proxy.accepted() - before).isBetween(2L, 10L);
  }

  /** Users are forgotten when it starts again. */
  @Test
  void get_shouldTellThatRedisRefuses_thoughItWasAwayBefore() throws Exception {
    onRedis(
        redis.port(),
        commands ->
            commands.aclSetuser(
                "passing", AclSetuserArgs.Builder.on().addPassword("by").allKeys().allCommands()));
    RedisSettings passing = settings().withUser("passing").withPassword(Secret.inline("by"));
    try (RedisTier own = RedisTier.open(cache, passing, CLOCK)) {
      await("entries", () -> own.get(keys(0, LIVE)).size() == LIVE);
      redis.kill();
      try {
        awaitAway();
      } finally {
        redis.restart();
      }
      await("the refusal", () -> said().stream().anyMatch(text -> text.contains("WRONGPASS")));
      fill();
    }
    assertThat(said()).filteredOn(text -> text.contains("WRONGPASS")).hasSize(1);
  }

  @Test
  void put_shouldDrop_whatWouldWaitBehindTooMuch() throws Exception {
    RedisSettings few =
        settings()
            .withOutstanding(100, ByteSize.ofKibibytes(64))
            .withBatch(1, ByteSize.ofKibibytes(64));
    String name = cache + "-few";
    try (RedisTier own = RedisTier.open(name, few, CLOCK)) {
      redis.stop();
      try {
        own.put(entries(0, 1_000, 10));
        assertThat(dropped(name, "redis", "full")).as("by number").isEqualTo(900);
      } finally {
        redis.resume();
      }
      await("the others", () -> own.get(keys(0, 1_000)).size() == 100);
      redis.stop();
      try {
        own.put(entries(1_000, 1_004, 60_000));
        assertThat(dropped(name, "redis", "full")).as("by size").isEqualTo(900 + 3);
      } finally {
        redis.resume();
      }
    }
  }

  @Test
  void get_shouldNotHarmOthers_whenItsThreadIsInterrupted() throws Exception {
    AtomicBoolean kept = new AtomicBoolean();
    Thread cancelled =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              tier.get(keys(0, LIVE));
              tier.put(entries(0, LIVE, 100));
              tier.remove(keys(LIVE, LIVE + 1));
              kept.set(Thread.currentThread().isInterrupted());
            });
    cancelled.start();
    cancelled.join();

    assertThat(kept).isTrue();
    awaitAnswers();
  }

  @Test
  void close_shouldEnd_whileRedisIsPaused() throws IOException {
    redis.stop();
    try {
      tier.put(entries(0, LIVE, 100));
      tier.close();
      assertThat(tier.get(keys(0, LIVE))).isEmpty();
      tier.put(entries(0, LIVE, 100));
      tier.remove(keys(0, LIVE));
    } finally {
      redis.resume();
    }
  }
}
