// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.io.Serializable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Which database to connect to, as whom, and how long to wait. Serializable; what it prints holds
 * no secret. Equal specifications share their pools.
 *
 * @param url a JDBC URL of PostgreSQL, without user and password
 * @param user the role; null for the driver's default, the name of the operating system's user
 * @param password null for none
 * @param timeouts how long to wait for what
 * @param maxConnections connections at most for reads and as many for writes, 1 or more, default
 *     16; each costs the server memory and a process
 */
public record ConnectionSpec(
    String url,
    @Nullable String user,
    @Nullable Secret password,
    Timeouts timeouts,
    int maxConnections)
    implements Serializable {

  private static final String PREFIX = "jdbc:postgresql:";
  private static final int DEFAULT_MAX_CONNECTIONS = 16;

  public ConnectionSpec {
    if (!url.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "Invalid URL: " + redact(url) + " (must begin with " + PREFIX + ")");
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "Invalid number of connections: " + maxConnections + " (must be 1 or more)");
    }
  }

  /**
   * How long to wait.
   *
   * @param connect for a server to accept a connection; default 10 s
   * @param acquire for a pool to have a connection free; default 30 s
   * @param stall for a server to answer, or to take what is sent, with no progress; default 2 min
   */
  public record Timeouts(Duration connect, Duration acquire, Duration stall)
      implements Serializable {

    public static final Timeouts DEFAULT =
        new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(2));

    public Timeouts {
      for (Duration each : List.of(connect, acquire, stall)) {
        if (each.compareTo(Duration.ofSeconds(1)) < 0) {
          throw new IllegalArgumentException(
              "Invalid timeout: " + each + " (must be 1 s or more: 0 would wait for ever)");
        }
      }
    }
  }

  /**
   * A specification with default timeouts. A user and a password within the URL, as {@code ?user=}
   * and {@code password=}, are taken out of it.
   *
   * @throws IllegalArgumentException when it is not a PostgreSQL URL
   */
  public static ConnectionSpec of(String jdbcUrl) {
    int query = jdbcUrl.indexOf('?');
    String base = query < 0 ? jdbcUrl : jdbcUrl.substring(0, query);
    String user = null;
    Secret password = null;
    List<String> kept = new ArrayList<>();
    for (String pair : query < 0 ? new String[0] : jdbcUrl.substring(query + 1).split("&", -1)) {
      if (pair.startsWith("user=")) {
        user = decode(pair.substring("user=".length()));
      } else if (pair.startsWith("password=")) {
        password = Secret.inline(decode(pair.substring("password=".length())));
      } else if (!pair.isEmpty()) {
        kept.add(pair);
      }
    }
    return new ConnectionSpec(
        kept.isEmpty() ? base : base + "?" + String.join("&", kept),
        user,
        password,
        Timeouts.DEFAULT,
        DEFAULT_MAX_CONNECTIONS);
  }

  public ConnectionSpec withUser(String newUser) {
    return new ConnectionSpec(url, newUser, password, timeouts, maxConnections);
  }

  public ConnectionSpec withPassword(Secret newPassword) {
    return new ConnectionSpec(url, user, newPassword, timeouts, maxConnections);
  }

  public ConnectionSpec withTimeouts(Timeouts newTimeouts) {
    return new ConnectionSpec(url, user, password, newTimeouts, maxConnections);
  }

  public ConnectionSpec withMaxConnections(int newMaxConnections) {
    return new ConnectionSpec(url, user, password, timeouts, newMaxConnections);
  }

  /**
   * Opens a connection outside every pool, for planning and for holding a snapshot.
   *
   * @param purpose shown by the server as the application's name
   * @throws SQLException when the server does not answer in time or refuses
   */
  public Connection connect(String purpose) throws SQLException {
    Properties properties = properties();
    properties.setProperty("ApplicationName", applicationName(purpose));
    return new PgDriver(url, properties).getConnection();
  }

  /** Where the database is, without the properties of the URL. */
  public String address() {
    String address = redact(url);
    int query = address.indexOf('?');
    return query < 0 ? address : address.substring(0, query);
  }

  /** What the driver needs to know. */
  Properties properties() {
    Properties properties = new Properties();
    Optional.ofNullable(user).ifPresent(name -> properties.setProperty("user", name));
    Optional.ofNullable(password)
        .ifPresent(secret -> properties.setProperty("password", secret.reveal()));
    properties.setProperty("connectTimeout", seconds(timeouts.connect()));
    properties.setProperty("loginTimeout", seconds(timeouts.connect()));
    properties.setProperty("socketTimeout", seconds(timeouts.stall()));
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  /** At most 63 bytes, which is what PostgreSQL keeps of it. */
  static String applicationName(String purpose) {
    String name = "millrace " + purpose.replaceAll("[^ -~]", "?");
    return name.length() <= 63 ? name : name.substring(0, 63);
  }

  private static String seconds(Duration duration) {
    return Long.toString(duration.toSeconds());
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String redact(String url) {
    return url.replaceAll("(?i)(password=)[^&]*", "$1(redacted)").replaceAll("//[^/@]*@", "//");
  }

  @Override
  public String toString() {
    return redact(url) + (user == null ? "" : " as " + user);
  }
}
