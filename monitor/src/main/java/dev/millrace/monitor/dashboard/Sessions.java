// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;

/**
 * Browsers that have shown the token: each by a random word, of which only the digest is kept. One
 * is forgotten twelve hours after it last asked, or when there are more than a thousand, and all
 * are with this process. Safe for use by several threads.
 */
final class Sessions {

  static final Duration IDLE = Duration.ofHours(12);

  private static final int MOST = 1000;
  private static final int BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final Cache<HashCode, Boolean> open;

  Sessions(Ticker ticker) {
    open =
        CacheBuilder.newBuilder().maximumSize(MOST).expireAfterAccess(IDLE).ticker(ticker).build();
  }

  /** The word of a new one. */
  String begin() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String word = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    open.put(digest(word), true);
    return word;
  }

  boolean has(String word) {
    return open.getIfPresent(digest(word)) != null;
  }

  private static HashCode digest(String word) {
    return Hashing.sha256().hashString(word, StandardCharsets.UTF_8);
  }
}
