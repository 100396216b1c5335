// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import com.google.common.collect.Lists;
import com.google.common.hash.Hashing;
import dev.millrace.cache.tier.EntryFormat.Damaged;
import dev.millrace.cache.tier.EntryFormat.Decoded;
import dev.millrace.cache.tier.EntryFormat.Found;
import dev.millrace.control.UnitEstimate;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries in Redis, for all processes that name the same tenant and cache. Each lives there
 * until it expires, or Redis needs the room.
 *
 * <p>Freshness: that of its entries. Writes go out without anybody waiting for them, and are
 * dropped where too many are on their way; a removal waits. An entry that could not be removed is
 * not served by this process any more, since while Redis is away nothing is, and when it is back it
 * is told first. Other processes may serve it until then.
 *
 * <p>Holds at most the settings' outstanding bytes of writes, and for each thread that asks a few
 * answers.
 */
public final class RedisTier implements Tier {

  /** Questions of one call that are on their way at once. */
  private static final int AHEAD = 4;

  /** A clock that jumped would make entries immortal. */
  private static final Duration LONGEST_LIFE = Duration.ofDays(30);

  /** For a cache to be cleared; each step of it has the timeout of a command. */
  static final Duration CLEARING = Duration.ofMinutes(10);

  private static final int FIRST_GUESS = 1_024;

  private final RedisSettings settings;
  private final Clock clock;
  private final TierMeter meter;
  private final EntryFormat format;
  private final String prefix;
  private final RedisLink link;
  private final UnitEstimate entrySize = new UnitEstimate(FIRST_GUESS);
  private boolean closed;

  private RedisTier(String cache, RedisSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.meter = new TierMeter(cache, "redis");
    this.format = new EntryFormat(settings.tenant() + ":" + cache, settings.format());
    this.prefix = prefix(settings, cache + ":");
    this.link = RedisLink.hold(settings);
  }

  /**
   * A tier of a cache. Redis need not be there.
   *
   * @param cache its name: letters, digits, dots, dashes and underscores
   * @param clock of this machine
   * @throws IllegalArgumentException if the name, or the secret of the format, is not allowed
   * @throws IllegalStateException if the password or the secret is not where it should be
   */
  public static RedisTier open(String cache, RedisSettings settings, Clock clock) {
    return new RedisTier(Name.checked("cache", cache), settings, clock);
  }

  /** What keys begin with. */
  static String prefix(RedisSettings settings, String more) {
    return "millrace:%s:%d:%s".formatted(settings.tenant(), EntryFormat.VERSION, more);
  }

  private CacheKey redisKey(CacheKey key) {
    String name = prefix + Hashing.sha256().hashBytes(key.bytes());
    return CacheKey.of(name.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public Map<CacheKey, Entry> get(Collection<CacheKey> keys) {
    List<CacheKey> asked = List.copyOf(new LinkedHashSet<>(keys));
    Map<CacheKey, Entry> found = new HashMap<>();
    StatefulRedisConnection<byte[], byte[]> connection = link.connection();
    int failed = connection == null ? asked.size() : get(connection, asked, found);
    meter.answered(asked.size(), found.values(), failed, clock.millis());
    return found;
  }

  /** A question, and its answer when it comes. */
  private record Question(
      List<CacheKey> keys, RedisFuture<List<KeyValue<byte[], byte[]>>> answer) {}

  /**
   * Asks in parts, some ahead, until one fails.
   *
   * @return of how many keys it is not known what Redis has
   */
  private int get(
      StatefulRedisConnection<byte[], byte[]> connection,
      List<CacheKey> keys,
      Map<CacheKey, Entry> found) {
    Deque<List<CacheKey>> parts = new ArrayDeque<>(Lists.partition(keys, batch()));
    Deque<Question> open = new ArrayDeque<>();
    int known = 0;
    boolean going = true;
    while (going && !(parts.isEmpty() && open.isEmpty())) {
      while (!parts.isEmpty() && open.size() < AHEAD && link.requests.tryAcquire()) {
        open.add(ask(connection, parts.remove()));
      }
      Question question = open.poll();
      int answered = question == null ? -1 : take(connection, question, found);
      going = answered >= 0;
      known += Math.max(0, answered);
    }
    return keys.size() - known;
  }

  private synchronized int batch() {
    long fitting = entrySize.unitsFor(settings.batchBytes().bytes());
    return (int) Math.min(fitting, settings.batchKeys());
  }

  private synchronized void learn(int count, long bytes) {
    entrySize.observe(count, bytes);
  }

  private Question ask(StatefulRedisConnection<byte[], byte[]> connection, List<CacheKey> keys) {
    byte[][] names = keys.stream().map(key -> redisKey(key).bytes()).toArray(byte[][]::new);
    RedisFuture<List<KeyValue<byte[], byte[]>>> answer = connection.async().mget(names);
    answer.whenComplete((any, failure) -> link.requests.release());
    return new Question(keys, answer);
  }

  /** Waits for an answer; returns of how many keys it tells what there is, -1 if it failed. */
  private int take(
      StatefulRedisConnection<byte[], byte[]> connection,
      Question question,
      Map<CacheKey, Entry> found) {
    List<KeyValue<byte[], byte[]>> values =
        await(connection, question.answer(), settings.timeout());
    if (values == null) {
      return -1;
    }
    int known = 0;
    int count = 0;
    long bytes = 0;
    for (int i = 0; i < values.size(); i++) {
      CacheKey key = question.keys().get(i);
      byte[] value = values.get(i).getValueOrElse(new byte[0]);
      Decoded decoded = value.length == 0 ? null : format.decode(value, key);
      if (decoded instanceof Found there) {
        found.put(key, there.entry());
      }
      known += decoded instanceof Damaged ? 0 : 1;
      count += value.length == 0 ? 0 : 1;
      bytes += value.length;
    }
    learn(count, bytes);
    return known;
  }

  /** Null if it failed, which the link then knows. */
  private <T> @Nullable T await(
      StatefulRedisConnection<byte[], byte[]> connection,
      CompletionStage<T> answer,
      Duration limit) {
    try {
      // The connection gives up first.
      T value =
          answer.toCompletableFuture().get(2 * limit.toMillis() + 1_000, TimeUnit.MILLISECONDS);
      link.answered();
      return value;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException failure) {
      link.failed(connection, failure);
    }
    return null;
  }

  @Override
  public void put(Map<CacheKey, Entry> entries) {
    StatefulRedisConnection<byte[], byte[]> connection = link.connection();
    if (connection == null || !link.takesWrites()) {
      meter.dropped(connection == null ? "away" : "refused", entries.size());
      return;
    }
    RedisWrite write = new RedisWrite(link, connection, meter, settings);
    long now = clock.millis();
    entries.forEach(
        (key, entry) -> {
          // Of a clock ahead of this one, and so far ahead, the difference is no number.
          long life = entry.expires() > now ? entry.expires() - now : 0;
          byte[] bytes = life == 0 ? null : format.encode(key, entry);
          if (bytes == null) {
            meter.dropped(life == 0 ? "expired" : "large", 1);
          } else {
            boolean tooLong = life < 0 || life > LONGEST_LIFE.toMillis();
            write.add(redisKey(key).bytes(), bytes, tooLong ? LONGEST_LIFE.toMillis() : life);
          }
        });
    write.send();
  }

  @Override
  public void remove(Collection<CacheKey> keys) {
    List<CacheKey> redisKeys = keys.stream().map(this::redisKey).toList();
    forget(
        redisKeys,
        forgetting -> forgetting.forget(redisKeys.stream().map(CacheKey::bytes).toList()),
        settings.timeout().multipliedBy(1 + redisKeys.size() / settings.batchKeys()));
  }

  @Override
  public void clear() {
    forget(null, forgetting -> forgetting.clear(prefix), CLEARING);
  }

  /** Tells Redis to forget something. */
  private interface Forgets {
    CompletionStage<Void> with(RedisForgetting forgetting);
  }

  private void forget(@Nullable List<CacheKey> redisKeys, Forgets forgets, Duration limit) {
    while (true) {
      StatefulRedisConnection<byte[], byte[]> connection = link.connection();
      if (connection != null && isDone(forgets, connection, limit)) {
        return;
      }
      if (link.owe(connection, prefix, redisKeys)) {
        return;
      }
    }
  }

  private boolean isDone(
      Forgets forgets, StatefulRedisConnection<byte[], byte[]> connection, Duration limit) {
    try {
      forgets
          .with(new RedisForgetting(connection, settings))
          .toCompletableFuture()
          .get(limit.toMillis() + 1_000, TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException failure) {
      // It is owed, then.
    }
    return false;
  }

  /** Redis does not tell: others may use it too. */
  @Override
  public long entries() {
    return -1;
  }

  /** Redis does not tell: others may use it too. */
  @Override
  public long bytes() {
    return -1;
  }

  /** Gives what is on its way the time of one answer. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    int all = (int) settings.outstanding().bytes();
    try {
      if (link.outstanding.tryAcquire(all, settings.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
        link.outstanding.release(all);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    link.release();
  }
}
