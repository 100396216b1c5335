// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which Redis to keep entries in, and how much to ask of it. Immutable; every with-er returns a new
 * instance. What it prints holds no secret. Tiers with equal settings share one connection of a JVM
 * (of a class loader).
 *
 * @param url as in {@code redis://host:6379/0}, {@code rediss} for TLS, without user and password
 * @param user null, the default, for Redis's own default user
 * @param password null, the default, for none
 * @param tenant whose entries these are, so that many may share a Redis; default {@code default}
 * @param timeout for an answer to a command, between 10 ms and 1 min; default 250 ms. After some in
 *     a row Redis counts as away
 * @param batchKeys of one question at most, between 1 and 10,000; default 512
 * @param batchBytes of one question or its answer, as far as can be told before; between 1 KiB and
 *     64 MiB, default 1 MiB
 * @param requests that may wait for an answer, each key of a write and each question being one;
 *     between 1 and 1,000,000, default 20,000; what would be more is not asked, and not written
 * @param outstanding bytes of writes that wait for an answer, between 1 KiB and 1 GiB; default 16
 *     MiB; what would be more is not written
 * @param format how entries are written
 */
public record RedisSettings(
    String url,
    @Nullable String user,
    @Nullable Secret password,
    String tenant,
    Duration timeout,
    int batchKeys,
    ByteSize batchBytes,
    int requests,
    ByteSize outstanding,
    FormatSettings format)
    implements Serializable {

  private static final int USUAL_PORT = 6379;
  private static final int HIGHEST_PORT = 65_535;
  private static final int MOST_KEYS = 10_000;
  private static final int MOST_REQUESTS = 1_000_000;
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  public RedisSettings {
    URI parsed = parse(url);
    if (parsed.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "Invalid URL of Redis: %s (must hold no user or password, which are given apart)"
              .formatted(redacted(url)));
    }
    Name.checked("tenant", tenant);
    if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "Invalid timeout of Redis: " + timeout + " (must be between 10 ms and 1 min)");
    }
    checkRange("batch of Redis", batchKeys, MOST_KEYS);
    checkRange("number of requests to Redis", requests, MOST_REQUESTS);
    checkRange("batch of Redis", batchBytes, ByteSize.ofMebibytes(64));
    checkRange("size of outstanding writes to Redis", outstanding, ByteSize.ofMebibytes(1024));
  }

  private static void checkRange(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (must be between 1 and %d)".formatted(what, value, most));
    }
  }

  private static void checkRange(String what, ByteSize value, ByteSize most) {
    if (value.compareTo(ByteSize.ofKibibytes(1)) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be between 1KiB and %s)".formatted(what, value, most));
    }
  }

  /**
   * Settings for a URL; a user and a password are taken out of it.
   *
   * @throws IllegalArgumentException when it is not a URL of Redis
   */
  public static RedisSettings of(String url) {
    URI parsed = parse(url);
    String info = parsed.getRawUserInfo();
    String[] parts = info == null ? new String[] {""} : info.split(":", 2);
    return new RedisSettings(
        info == null ? url : url.replace(info + "@", ""),
        parts[0].isEmpty() ? null : decoded(parts[0]),
        parts.length < 2 ? null : Secret.inline(decoded(parts[1])),
        "default",
        Duration.ofMillis(250),
        512,
        ByteSize.ofMebibytes(1),
        20_000,
        ByteSize.ofMebibytes(16),
        FormatSettings.DEFAULT);
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static URI parse(String url) {
    try {
      URI uri = new URI(url);
      String path = uri.getRawPath() == null ? "" : uri.getRawPath();
      if (uri.getScheme() != null
          && Set.of("redis", "rediss").contains(uri.getScheme())
          && uri.getHost() != null
          && uri.getPort() <= HIGHEST_PORT
          && uri.getPort() != 0
          && path.matches("(/[0-9]{0,5})?")
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException invalid) {
      // As below; its message has the password.
    }
    throw new IllegalArgumentException(
        "Invalid URL of Redis: %s (must be as redis://host:6379/0, or rediss:// for TLS)"
            .formatted(redacted(url)));
  }

  /** Without all that stands before the last {@code @}, or after a question mark. */
  private static String redacted(String url) {
    return url.replaceFirst("(?s)^.*@", "...@").replaceFirst("(?s)[?#].*", "?...");
  }

  boolean tls() {
    return parse(url).getScheme().equals("rediss");
  }

  String host() {
    return parse(url).getHost().replaceAll("[\\[\\]]", "");
  }

  int port() {
    int port = parse(url).getPort();
    return port < 0 ? USUAL_PORT : port;
  }

  int database() {
    String digits = parse(url).getRawPath().replace("/", "");
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  public RedisSettings withUser(String newUser) {
    return new RedisSettings(
        url,
        newUser,
        password,
        tenant,
        timeout,
        batchKeys,
        batchBytes,
        requests,
        outstanding,
        format);
  }

  public RedisSettings withPassword(Secret newPassword) {
    return new RedisSettings(
        url,
        user,
        newPassword,
        tenant,
        timeout,
        batchKeys,
        batchBytes,
        requests,
        outstanding,
        format);
  }

  public RedisSettings withTenant(String newTenant) {
    return new RedisSettings(
        url,
        user,
        password,
        newTenant,
        timeout,
        batchKeys,
        batchBytes,
        requests,
        outstanding,
        format);
  }

  public RedisSettings withTimeout(Duration newTimeout) {
    return new RedisSettings(
        url,
        user,
        password,
        tenant,
        newTimeout,
        batchKeys,
        batchBytes,
        requests,
        outstanding,
        format);
  }

  public RedisSettings withBatch(int keys, ByteSize bytes) {
    return new RedisSettings(
        url, user, password, tenant, timeout, keys, bytes, requests, outstanding, format);
  }

  public RedisSettings withOutstanding(int newRequests, ByteSize bytes) {
    return new RedisSettings(
        url, user, password, tenant, timeout, batchKeys, batchBytes, newRequests, bytes, format);
  }

  public RedisSettings withFormat(FormatSettings newFormat) {
    return new RedisSettings(
        url,
        user,
        password,
        tenant,
        timeout,
        batchKeys,
        batchBytes,
        requests,
        outstanding,
        newFormat);
  }
}
