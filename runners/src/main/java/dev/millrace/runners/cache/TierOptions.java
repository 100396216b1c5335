// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.cache;

import dev.millrace.cache.CacheSettings;
import dev.millrace.cache.tier.DiskSettings;
import dev.millrace.cache.tier.FormatSettings;
import dev.millrace.cache.tier.RedisSettings;
import dev.millrace.connect.Secret;
import dev.millrace.runners.console.UsageException;
import dev.millrace.runners.option.Credentials;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where caches keep entries beside the heap. */
final class TierOptions {

  @Option(
      names = "--disk",
      paramLabel = "FOLDER",
      description = "Where caches keep entries on this machine.")
  @Nullable Path disk;

  @Option(
      names = "--redis",
      paramLabel = "URL",
      description = "The Redis that caches keep entries in, as redis://host:6379/0.")
  @Nullable String redis;

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "Whose entries in Redis; default: default.")
  String tenant = "default";

  boolean areGiven() {
    return disk != null || redis != null;
  }

  /** What entries are authenticated with; null for nothing. */
  static @Nullable Secret secret(Map<String, String> environment) {
    return Credentials.password("MILLRACE_CACHE_SECRET", environment);
  }

  /**
   * A cache that keeps entries there, too.
   *
   * @throws UsageException if a secret is given twice
   */
  CacheSettings addTo(CacheSettings heap, Map<String, String> environment) {
    CacheSettings settings = heap;
    if (disk != null) {
      DiskSettings place = DiskSettings.of(disk.toString());
      settings = settings.withDisk(place.withFormat(format(place.format(), environment)));
    }
    return redis == null ? settings : settings.withRedis(redis(redis, environment));
  }

  /** Redis by its URL, as the user that the environment names. */
  RedisSettings redis(String url, Map<String, String> environment) {
    RedisSettings place = RedisSettings.of(url).withTenant(tenant);
    String user = environment.get("MILLRACE_REDIS_USER");
    if (user != null) {
      place = place.withUser(user);
    }
    Secret password = Credentials.password("MILLRACE_REDIS_PASSWORD", environment);
    if (password != null) {
      place = place.withPassword(password);
    }
    return place.withFormat(format(place.format(), environment));
  }

  private static FormatSettings format(FormatSettings usual, Map<String, String> environment) {
    Secret secret = secret(environment);
    return secret == null ? usual : usual.withSecret(secret);
  }
}
