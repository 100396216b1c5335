// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC URL of PostgreSQL, taken apart. Of the driver's properties only those pass that say where
 * the server is, how the connection is encrypted or what its session is set to: others name classes
 * to load, files to write or programs of an attacker's choice, and a URL often comes from outside.
 *
 * @param base the URL up to its properties
 * @param properties decoded, in their order
 */
record DriverUrl(String base, Map<String, String> properties) {

  static final String PREFIX = "jdbc:postgresql:";

  /** What becomes a part of the specification, and is not handed to the driver. */
  static final String USER = "user";

  static final String PASSWORD = "password";
  static final String CONNECT_TIMEOUT = "connectTimeout";
  static final String SOCKET_TIMEOUT = "socketTimeout";

  private static final Set<String> OURS = Set.of(USER, PASSWORD, CONNECT_TIMEOUT, SOCKET_TIMEOUT);

  private static final Set<String> ALLOWED =
      Set.of(
          "ssl",
          "sslmode",
          "sslNegotiation",
          "sslrootcert",
          "sslcert",
          "sslkey",
          "channelBinding",
          "gssEncMode",
          "requireAuth",
          "targetServerType",
          "hostRecheckSeconds",
          "loadBalanceHosts",
          "currentSchema",
          "options",
          "assumeMinServerVersion",
          "prepareThreshold",
          "preparedStatementCacheQueries",
          "preparedStatementCacheSizeMiB",
          "reWriteBatchedInserts",
          "defaultRowFetchSize",
          "tcpKeepAlive",
          "tcpNoDelay",
          "receiveBufferSize",
          "sendBufferSize");

  DriverUrl {
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
  }

  /**
   * Takes a URL apart.
   *
   * @throws IllegalArgumentException when it is of another database, or has a property that may not
   *     pass
   */
  static DriverUrl parse(String url) {
    if (!url.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "Invalid URL: " + redact(url) + " (must begin with " + PREFIX + ")");
    }
    int query = url.indexOf('?');
    Map<String, String> properties = new LinkedHashMap<>();
    for (String pair : query < 0 ? new String[0] : url.substring(query + 1).split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      if (!pair.isEmpty()) {
        properties.put(require(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return new DriverUrl(query < 0 ? url : url.substring(0, query), properties);
  }

  private static String require(String name) {
    if (!OURS.contains(name) && !ALLOWED.contains(name)) {
      Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      known.addAll(OURS);
      known.addAll(ALLOWED);
      throw new IllegalArgumentException(
          "Invalid property of a URL: "
              + name
              + " (must be one of "
              + String.join(", ", known)
              + ")");
    }
    return name;
  }

  /** What the driver is to be given. */
  String forDriver() {
    String kept =
        properties.entrySet().stream()
            .filter(each -> !OURS.contains(each.getKey()))
            .map(each -> each.getKey() + "=" + encode(each.getValue()))
            .collect(Collectors.joining("&"));
    return kept.isEmpty() ? base : base + "?" + kept;
  }

  @Nullable String get(String property) {
    return properties.get(property);
  }

  /**
   * A time in whole seconds.
   *
   * @throws IllegalArgumentException when it has another form
   */
  Duration seconds(String property, Duration otherwise) {
    String text = properties.get(property);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[1-9][0-9]{0,6}")) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be whole seconds, 1 or more)".formatted(property, text));
    }
    return Duration.ofSeconds(Long.parseLong(text));
  }

  /** A URL without the password that may stand in it. */
  static String redact(String url) {
    return url.replaceAll("(?i)(password=)[^&]*", "$1(redacted)").replaceAll("//[^/@]*@", "//");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
