// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import dev.millrace.cache.CacheSettings;
import dev.millrace.cache.result.ResultStore;
import dev.millrace.cache.result.TableResults;
import dev.millrace.cache.tier.DiskContents;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.FormatSettings;
import dev.millrace.cache.tier.RedisContents;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.cache.tier.TierContents;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The places that a command about caches names. */
final class CachePlaces {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int REQUESTS = 200_000;
  private static final ByteSize OUTSTANDING = ByteSize.ofMebibytes(128);

  private final CacheCommand command;
  private final @Nullable Secret secret;

  /**
   * The places.
   *
   * @throws UsageException if a secret is given twice
   */
  CachePlaces(CacheCommand command) {
    this.command = command;
    this.secret = Credentials.password("MILLRACE_CACHE_SECRET", command.environment());
  }

  /** Of results; null when none is named. */
  @Nullable ResultStore results() {
    if (command.results == null) {
      return null;
    }
    ResultStore store = ResultStore.in(command.results);
    return secret == null ? store : store.withSecret(secret);
  }

  /** Of results in tables; null when no database is named. */
  @Nullable TableResults tables() {
    if (command.target == null) {
      return null;
    }
    ConnectionSpec database = Credentials.of("target", command.target, command.environment());
    Credentials.check("target", database);
    return TableResults.in(database);
  }

  /** Of entries. */
  List<TierContents> tiers() {
    List<TierContents> tiers = new ArrayList<>();
    if (command.disk != null) {
      tiers.add(DiskContents.in(command.disk));
    }
    if (command.redis != null) {
      tiers.add(RedisContents.of(redis(command.redis)));
    }
    return tiers;
  }

  /** The same places for a cache that fills them. */
  CacheSettings filling() {
    CacheSettings settings = CacheSettings.DEFAULT.withTimeToLive(command.keep, command.keep);
    if (command.disk != null) {
      DiskSettings disk = DiskSettings.of(command.disk.toString());
      settings = settings.withDisk(disk.withFormat(format(disk.format())));
    }
    if (command.redis == null) {
      return settings;
    }
    // Who fills it has the time that others have not.
    return settings.withRedis(
        redis(command.redis).withTimeout(PATIENCE).withOutstanding(REQUESTS, OUTSTANDING));
  }

  private RedisSettings redis(String url) {
    RedisSettings redis = RedisSettings.of(url).withTenant(command.tenant);
    String user = command.environment().get("MILLRACE_REDIS_USER");
    if (user != null) {
      redis = redis.withUser(user);
    }
    Secret password = Credentials.password("MILLRACE_REDIS_PASSWORD", command.environment());
    if (password != null) {
      redis = redis.withPassword(password);
    }
    return redis.withFormat(format(redis.format()));
  }

  private FormatSettings format(FormatSettings usual) {
    return secret == null ? usual : usual.withSecret(secret);
  }
}
