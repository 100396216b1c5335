// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.cache.CacheSettings;
import dev.millrace.cache.result.ResultStore;
import dev.millrace.cache.result.TableResults;
import dev.millrace.cache.tier.DiskContents;
import dev.millrace.cache.tier.RedisContents;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.cache.tier.TierContents;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
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
    this.secret = TierOptions.secret(command.environment());
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
    TierOptions named = command.tiers;
    if (named.disk != null) {
      tiers.add(DiskContents.in(named.disk));
    }
    if (named.redis != null) {
      tiers.add(RedisContents.of(named.redis(named.redis, command.environment())));
    }
    return tiers;
  }

  /** The same places for a cache that fills them. */
  CacheSettings filling() {
    CacheSettings settings =
        command.tiers.addTo(
            CacheSettings.DEFAULT.withTimeToLive(command.keep, command.keep),
            command.environment());
    RedisSettings redis = settings.redis();
    // Who fills it has the time that others have not.
    return redis == null
        ? settings
        : settings.withRedis(redis.withTimeout(PATIENCE).withOutstanding(REQUESTS, OUTSTANDING));
  }
}
