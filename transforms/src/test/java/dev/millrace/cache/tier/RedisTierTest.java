// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static dev.millrace.cache.tier.Entries.await;
import static dev.millrace.cache.tier.Entries.dropped;
import static dev.millrace.cache.tier.Entries.entries;
import static dev.millrace.cache.tier.Entries.entry;
import static dev.millrace.cache.tier.Entries.key;
import static dev.millrace.cache.tier.Entries.keys;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.google.common.hash.Hashing;
import dev.millrace.cache.tier.TierMeter.Result;
import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import dev.millrace.local.LocalRedis;
import dev.millrace.observe.Events;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisTierTest {

  private static final Clock CLOCK = Clock.systemUTC();

  @SuppressWarnings("NullAway.Init") // Before the first test.
  private static LocalRedis redis;

  @SuppressWarnings("NullAway.Init")
  private static RedisClient client;

  @SuppressWarnings("NullAway.Init")
  private static StatefulRedisConnection<byte[], byte[]> connection;

  @BeforeAll
  static void start() throws Exception {
    redis = LocalRedis.start(LocalRedis.Settings.DEFAULT);
    client = RedisClient.create(redis.url());
    connection = client.connect(ByteArrayCodec.INSTANCE);
  }

  @AfterAll
  static void end() throws Exception {
    client.shutdown(0, 1, TimeUnit.SECONDS);
    redis.close();
  }

  private static RedisCommands<byte[], byte[]> commands() {
    return connection.sync();
  }

  /** On a busy machine an answer may take its time. */
  private static RedisSettings settings() {
    return RedisSettings.of(redis.url()).withTimeout(Duration.ofSeconds(10));
  }

  private static byte[] redisKey(String cache, CacheKey key) {
    return "millrace:default:1:%s:%s"
        .formatted(cache, Hashing.sha256().hashBytes(key.bytes()))
        .getBytes(UTF_8);
  }

  private static void awaitCount(String pattern, long count) throws InterruptedException {
    await("entries of " + pattern, () -> commands().keys(pattern.getBytes(UTF_8)).size() == count);
  }

  @Test
  void get_shouldGiveWhatWasPut_inManyBatches() throws Exception {
    RedisSettings small = settings().withBatch(100, ByteSize.ofKibibytes(64));
    Map<CacheKey, Entry> entries = entries(0, 3_000, 1_000);
    try (RedisTier tier = RedisTier.open("many", small, CLOCK)) {
      assertThat(tier.get(keys(0, 10))).isEmpty();

      tier.put(entries);
      awaitCount("millrace:default:1:many:*", 3_000);

      assertThat(tier.get(keys(0, 3_100))).isEqualTo(entries);
      TierMeter meter = new TierMeter("many", "redis");
      assertThat(meter.requests(Result.MISS)).isEqualTo(10 + 100);
      assertThat(meter.requests(Result.NEGATIVE)).isEqualTo(429);
      assertThat(meter.requests(Result.HIT)).isEqualTo(3_000 - 429);
      assertThat(meter.requests(Result.ERROR)).isZero();
    }
    try (RedisTier another = RedisTier.open("many", settings(), CLOCK)) {
      assertThat(another.get(keys(0, 3_000))).as("another process").isEqualTo(entries);
    }
  }

  @Test
  void put_shouldTakeTheLatest_alsoLargeAndEmptyOnes() throws Exception {
    try (RedisTier tier = RedisTier.open("latest", settings(), CLOCK)) {
      Entry large = entry(1, 5 << 20);
      Entry empty = new Entry(new byte[0], Entries.LOADED, Entries.EXPIRES, 0);
      tier.put(Map.of(key(1), entry(2, 10), key(2), empty));
      tier.put(Map.of(key(1), large));
      await("the write", () -> tier.get(List.of(key(1))).equals(Map.of(key(1), large)));

      assertThat(tier.get(keys(1, 3))).isEqualTo(Map.of(key(1), large, key(2), empty));
    }
  }

  @Test
  void put_shouldLetEntriesLive_untilTheyExpire() throws Exception {
    try (RedisTier tier = RedisTier.open("life", settings(), CLOCK)) {
      long now = CLOCK.millis();
      long hour = Duration.ofHours(1).toMillis();
      tier.put(
          Map.of(
              key(1), new Entry(new byte[1], now, now + hour, 0),
              key(2), new Entry(new byte[1], now, Long.MAX_VALUE, 0),
              key(3), new Entry(new byte[1], now, now - 1, 0),
              key(4), new Entry(new byte[1], now, Long.MIN_VALUE, 0)));
      awaitCount("millrace:default:1:life:*", 2);

      assertThat(commands().pttl(redisKey("life", key(1)))).isBetween(hour - 60_000, hour);
      assertThat(commands().pttl(redisKey("life", key(2))))
          .isBetween(1L, Duration.ofDays(30).toMillis());
      assertThat(dropped("life", "redis", "expired")).isEqualTo(2);
    }
  }

  @Test
  void remove_shouldForgetKeys_alsoThoseJustPut() throws Exception {
    try (RedisTier tier = RedisTier.open("removed", settings(), CLOCK)) {
      for (int i = 0; i < 20; i++) {
        tier.put(entries(0, 1_000, 100));
        tier.remove(keys(0, 990));
        assertThat(tier.get(keys(0, 990))).isEmpty();
      }
      assertThat(tier.get(keys(0, 1_000))).isEqualTo(entries(990, 1_000, 100));
    }
  }

  @Test
  void clear_shouldForgetItsCacheOnly() throws Exception {
    commands().set("another's".getBytes(UTF_8), new byte[1]);
    try (RedisTier tier = RedisTier.open("cleared", settings(), CLOCK);
        RedisTier longer = RedisTier.open("cleared-not", settings(), CLOCK);
        RedisTier tenant = RedisTier.open("cleared", settings().withTenant("t"), CLOCK)) {
      tier.put(entries(0, 5_000, 10));
      longer.put(entries(0, 5, 10));
      tenant.put(entries(0, 5, 10));
      awaitCount("millrace:*:1:cleared*", 5_010);

      tier.clear();

      assertThat(tier.get(keys(0, 5_000))).isEmpty();
      assertThat(longer.get(keys(0, 10))).hasSize(5);
      assertThat(tenant.get(keys(0, 10))).hasSize(5);
      assertThat(commands().exists("another's".getBytes(UTF_8))).isEqualTo(1);
    }
  }

  @Test
  void get_shouldNotServe_whatIsNoEntryOfIts() throws Exception {
    RedisSettings authenticated =
        settings()
            .withFormat(FormatSettings.DEFAULT.withSecret(Secret.inline("sixteen bytes or more")));
    try (RedisTier tier = RedisTier.open("foul", settings(), CLOCK);
        RedisTier genuine = RedisTier.open("foul", authenticated, CLOCK)) {
      tier.put(entries(1, 3, 100));
      awaitCount("millrace:default:1:foul:*", 2);
      byte[] whole = requireNonNull(commands().get(redisKey("foul", key(1))));
      byte[] cut = Arrays.copyOf(whole, whole.length - 1);
      commands().set(redisKey("foul", key(10)), "garbage".getBytes(UTF_8));
      commands().set(redisKey("foul", key(11)), Zstd.compress(new byte[100 << 20]));
      commands().set(redisKey("foul", key(12)), cut);
      commands().set(redisKey("foul", key(13)), whole);
      commands().set(redisKey("foul", key(14)), new byte[20 << 20]);
      commands().lpush(redisKey("foul", key(15)), whole);
      commands().set(redisKey("foul", key(16)), new byte[0]);

      assertThat(tier.get(keys(0, 20))).isEqualTo(entries(1, 3, 100));
      TierMeter meter = new TierMeter("foul", "redis");
      assertThat(meter.requests(Result.ERROR)).isEqualTo(4);
      assertThat(meter.requests(Result.MISS)).isEqualTo(14);

      assertThat(genuine.get(keys(0, 20))).as("nobody authenticated them").isEmpty();
      genuine.put(entries(1, 20, 100));
      await("the write", () -> genuine.get(keys(0, 20)).equals(entries(1, 20, 100)));
      assertThat(tier.get(keys(0, 20))).as("it cannot tell whose they are").isEmpty();
    }
  }

  @Test
  void put_shouldDrop_whatIsTooLarge() {
    RedisSettings settings =
        settings().withFormat(FormatSettings.DEFAULT.withLargest(ByteSize.ofKibibytes(1)));
    try (RedisTier tier = RedisTier.open("large", settings, CLOCK)) {
      tier.put(Map.of(key(1), entry(1, 2_000)));

      assertThat(dropped("large", "redis", "large")).isEqualTo(1);
      assertThat(tier.get(keys(1, 2))).isEmpty();
    }
  }

  @Test
  void tiers_shouldShareAConnection_andEndTheirThreads() throws Exception {
    RedisSettings own = settings().withTenant("own-connection");
    long before = connections();
    RedisTier one = RedisTier.open("one", own, CLOCK);
    RedisTier other = RedisTier.open("other", own, CLOCK);
    one.put(entries(0, 10, 10));
    other.put(entries(0, 10, 10));
    assertThat(connections()).isEqualTo(before + 1);
    assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);

    one.close();
    one.close();
    assertThat(other.get(keys(0, 10))).as("the other goes on").hasSize(10);
    other.close();

    await("the threads end: " + threads(), () -> threads().isEmpty());
    await("the connection ends", () -> connections() == before);
  }

  private static long connections() {
    return commands().clientList().lines().filter(line -> line.contains("name=millrace")).count();
  }

  /** Those of this test's own client have other names. */
  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("redis-"))
        .toList();
  }

  @Test
  void open_shouldUseAPassword_andNeverTellIt() throws Exception {
    LocalRedis.Settings guarded = LocalRedis.Settings.DEFAULT.with("requirepass", "kanarie&7");
    try (LocalRedis server = LocalRedis.start(guarded)) {
      String url = "redis://:kanarie%267@127.0.0.1:" + server.port();
      RedisSettings right = RedisSettings.of(url).withTimeout(Duration.ofSeconds(10));
      RedisSettings wrong = right.withPassword(Secret.inline("kanarienvogel"));
      try (RedisTier tier = RedisTier.open("guarded", right, CLOCK);
          RedisTier refused = RedisTier.open("guarded", wrong, CLOCK)) {
        tier.put(entries(0, 5, 10));
        await("the write", () -> tier.get(keys(0, 5)).size() == 5);
        String begins = "Redis at 127.0.0.1:%d is not asked for now: ".formatted(server.port());
        await(
            "the refusal",
            () -> {
              assertThat(refused.get(keys(0, 5))).isEmpty();
              return Events.latest().stream()
                  .map(Events.Event::text)
                  .anyMatch(text -> text.startsWith(begins) && text.contains("WRONGPASS"));
            });
      }
      assertThat(right.toString() + wrong).doesNotContain("kanarie");
      assertThat(Events.latest())
          .extracting(Events.Event::text)
          .noneMatch(text -> text.contains("kanarie"));
    }
  }

  @Test
  void open_shouldRefuse_whenThePasswordIsNotThere() {
    RedisSettings settings = settings().withPassword(Secret.fromEnvironment("MILLRACE_NOT_SET"));

    assertThatThrownBy(() -> RedisTier.open("c", settings, CLOCK))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("MILLRACE_NOT_SET");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:b", "../x", "a*", ".a"})
  void open_shouldRefuseNames_thatMeanSomethingInAKey(String name) {
    assertThatThrownBy(() -> RedisTier.open(name, settings(), CLOCK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid name of a cache: " + name + " (must be ");
  }
}
