// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What {@link RedisTier}s of a tenant keep in a Redis. */
public final class RedisContents implements TierContents {

  private static final int STEP = 1_000;

  private final RedisSettings settings;

  private RedisContents(RedisSettings settings) {
    this.settings = settings;
  }

  public static RedisContents of(RedisSettings settings) {
    return new RedisContents(settings);
  }

  @FunctionalInterface
  private interface Question<T> {
    T ask(StatefulRedisConnection<byte[], byte[]> connection)
        throws InterruptedException, ExecutionException, TimeoutException;
  }

  private <T> T ask(Question<T> question) throws IOException {
    RedisLink link = RedisLink.hold(settings);
    try {
      StatefulRedisConnection<byte[], byte[]> connection = link.connection();
      if (connection == null) {
        throw new IOException("it does not answer");
      }
      return question.ask(connection);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw cannot(stopped);
    } catch (IOException | RedisException | ExecutionException | TimeoutException failure) {
      throw cannot(failure);
    } finally {
      link.release();
    }
  }

  private IOException cannot(Exception failure) {
    return new IOException(
        "Cannot look after the caches in Redis at %s: %s"
            .formatted(settings.url(), failure.getMessage()),
        failure);
  }

  @Override
  public List<CacheContents> caches() throws IOException {
    return ask(connection -> count(connection, RedisTier.prefix(settings, ""))).entrySet().stream()
        .map(each -> new CacheContents(each.getKey(), "redis", each.getValue(), -1, 0))
        .toList();
  }

  /** Counts keys by the name that follows the prefix. */
  private static Map<String, Long> count(
      StatefulRedisConnection<byte[], byte[]> connection, String prefix) {
    Map<String, Long> counts = new TreeMap<>();
    ScanArgs args = ScanArgs.Builder.matches(prefix + "*").limit(STEP);
    KeyScanCursor<byte[]> found = connection.sync().scan(ScanCursor.INITIAL, args);
    while (true) {
      for (byte[] key : found.getKeys()) {
        String name = new String(key, StandardCharsets.US_ASCII).substring(prefix.length());
        counts.merge(name.substring(0, Math.max(0, name.indexOf(':'))), 1L, Long::sum);
      }
      if (found.isFinished()) {
        return counts;
      }
      found = connection.sync().scan(found, args);
    }
  }

  @Override
  public CacheContents clear(String cache) throws IOException {
    String prefix = RedisTier.prefix(settings, Name.checked("cache", cache) + ":");
    return ask(
        connection -> {
          long entries = count(connection, RedisTier.prefix(settings, "")).getOrDefault(cache, 0L);
          new RedisForgetting(connection, settings)
              .clear(prefix)
              .toCompletableFuture()
              .get(RedisTier.CLEARING.toMillis(), TimeUnit.MILLISECONDS);
          return new CacheContents(cache, "redis", entries, -1, 0);
        });
  }
}
