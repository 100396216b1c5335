// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.dashboard;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Makes guessing slow: after {@value #MOST} wrong tokens nothing that comes from the same address
 * is compared until a minute has passed since the first of them. Of IPv6 addresses the first 64
 * bits count, since who has one of them has all. Safe for use by several threads, none of which
 * waits.
 */
final class Attempts {

  /** Wrong tokens within {@link #WINDOW}. */
  static final int MOST = 5;

  static final Duration WINDOW = Duration.ofMinutes(1);

  private static final int MOST_ADDRESSES = 10_000;
  private static final int IPV6_NETWORK = 8;

  /** What is said of a token. */
  enum Verdict {
    RIGHT,
    WRONG,
    /** It was not looked at. */
    TOO_MANY
  }

  private final Token token;
  private final Cache<String, int[]> wrong;

  Attempts(Token token, Ticker ticker) {
    this.token = token;
    this.wrong =
        CacheBuilder.newBuilder()
            .maximumSize(MOST_ADDRESSES)
            .expireAfterWrite(WINDOW)
            .ticker(ticker)
            .build();
  }

  synchronized Verdict judge(InetAddress from, String candidate) {
    String key = key(from);
    int[] before = wrong.getIfPresent(key);
    if (before != null && before[0] >= MOST) {
      return Verdict.TOO_MANY;
    }
    if (token.is(candidate)) {
      return Verdict.RIGHT;
    }
    if (before == null) {
      wrong.put(key, new int[] {1});
    } else {
      // Not put again: the minute goes on.
      before[0]++;
    }
    return Verdict.WRONG;
  }

  private static String key(InetAddress from) {
    byte[] address = from.getAddress();
    return HexFormat.of()
        .formatHex(from instanceof Inet6Address ? Arrays.copyOf(address, IPV6_NETWORK) : address);
  }
}
