// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Which database to connect to, as whom, and how long to wait. Serializable; what it prints holds
 * no secret. Equal specifications share their pools.
 *
 * @param url a JDBC URL of PostgreSQL, without user and password; of the driver's properties it may
 *     have those that say where the server is, how the connection is encrypted or what its session
 *     is set to
 * @param user the role; null for the driver's default, the name of the operating system's user
 * @param password null for none
 * @param timeouts how long to wait for what
 * @param maxConnections of this JVM at most for reads and as many for writes, 1 or more, default
 *     16; each costs the server memory and a process
 * @param ceiling that holds for all JVMs together; null, the default, for none
 * @param run of which the connections are, as shown by the server; empty, the default, for none
 */
public record ConnectionSpec(
    String url,
    @Nullable String user,
    @Nullable Secret password,
    Timeouts timeouts,
    int maxConnections,
    @Nullable Ceiling ceiling,
    String run)
    implements Serializable {

  /** For a server to hear that a query is to be cancelled. */
  private static final Duration CANCEL = Duration.ofSeconds(3);

  private static final int DEFAULT_MAX_CONNECTIONS = 16;

  public ConnectionSpec {
    if (!DriverUrl.parse(url).forDriver().equals(url)) {
      throw new IllegalArgumentException(
          "Invalid URL: %s (must hold no user, password or timeout, which are given apart)"
              .formatted(DriverUrl.redact(url)));
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "Invalid number of connections: " + maxConnections + " (must be 1 or more)");
    }
  }

  /**
   * A specification of a URL. What it says as {@code user=} and {@code password=}, and in whole
   * seconds as {@code connectTimeout=} and {@code socketTimeout=}, is taken out of it.
   *
   * @throws IllegalArgumentException when it is not a PostgreSQL URL, or has a property of the
   *     driver that may not pass
   */
  public static ConnectionSpec of(String jdbcUrl) {
    DriverUrl url = DriverUrl.parse(jdbcUrl);
    String password = url.get(DriverUrl.PASSWORD);
    Timeouts usual = Timeouts.DEFAULT;
    Timeouts timeouts =
        usual
            .withConnect(url.seconds(DriverUrl.CONNECT_TIMEOUT, usual.connect()))
            .withStall(url.seconds(DriverUrl.SOCKET_TIMEOUT, usual.stall()));
    return new ConnectionSpec(
        url.forDriver(),
        url.get(DriverUrl.USER),
        password == null ? null : Secret.inline(password),
        timeouts,
        DEFAULT_MAX_CONNECTIONS,
        null,
        "");
  }

  public ConnectionSpec withUser(String newUser) {
    return new ConnectionSpec(url, newUser, password, timeouts, maxConnections, ceiling, run);
  }

  public ConnectionSpec withPassword(Secret newPassword) {
    return new ConnectionSpec(url, user, newPassword, timeouts, maxConnections, ceiling, run);
  }

  public ConnectionSpec withTimeouts(Timeouts newTimeouts) {
    return new ConnectionSpec(url, user, password, newTimeouts, maxConnections, ceiling, run);
  }

  public ConnectionSpec withMaxConnections(int newMaxConnections) {
    return new ConnectionSpec(url, user, password, timeouts, newMaxConnections, ceiling, run);
  }

  public ConnectionSpec withCeiling(Ceiling newCeiling) {
    return new ConnectionSpec(url, user, password, timeouts, maxConnections, newCeiling, run);
  }

  public ConnectionSpec withRun(String newRun) {
    return new ConnectionSpec(url, user, password, timeouts, maxConnections, ceiling, newRun);
  }

  /** How many connections for something this JVM has at most. */
  int most(Quota quota) {
    return ceiling == null ? maxConnections : Math.min(maxConnections, ceiling.most(quota));
  }

  /**
   * Opens a connection outside every pool, for planning and for holding a snapshot. Below a ceiling
   * it counts as one that writes.
   *
   * @param purpose shown by the server as the application's name
   * @throws SQLException when the server does not answer in time or refuses; when it has no room
   *     for a connection, not before the time for retries is over
   */
  public Connection connect(String purpose) throws SQLException {
    PgDriver driver = new PgDriver(this, Quota.WRITE, purpose);
    // Who waits here is often a person, who may have mistaken the port or the password.
    Connection connection =
        timeouts.retry().call("connect to " + address(), driver::getConnection, Fault::isFull);
    Owner owner = Owner.current();
    if (owner != null) {
      owner.opened(connection);
    }
    return connection;
  }

  /** As {@link #connect}, for a moment and once: to look at what others do. */
  Connection connectAside(String purpose) throws SQLException {
    return new PgDriver(this, Quota.ASIDE, purpose).getConnection();
  }

  /**
   * Cuts all connections that this JVM (this class loader) has open, in pools and outside, whatever
   * they are doing: for a run that is to end now. Whoever waits on one fails.
   */
  public static void abortAll() {
    PgDriver.abortAll();
  }

  /** Where the database is, without the properties of the URL. */
  public String address() {
    String address = DriverUrl.redact(url);
    int query = address.indexOf('?');
    return query < 0 ? address : address.substring(0, query);
  }

  /** What the driver needs to know, with the password as it is now. */
  Properties properties(String applicationName) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", applicationName);
    Optional.ofNullable(user).ifPresent(name -> properties.setProperty("user", name));
    Optional.ofNullable(password)
        .ifPresent(secret -> properties.setProperty("password", secret.reveal()));
    properties.setProperty("connectTimeout", seconds(timeouts.connect()));
    properties.setProperty("loginTimeout", seconds(timeouts.connect()));
    properties.setProperty("socketTimeout", seconds(timeouts.stall()));
    properties.setProperty("cancelSignalTimeout", seconds(CANCEL));
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  /** What the server shows of a connection: what for and, if that is known, of which run where. */
  String applicationName(String purpose) {
    return run.isEmpty()
        ? ApplicationName.of(purpose)
        : ApplicationName.of(purpose, run, ApplicationName.WORKER);
  }

  private static String seconds(Duration duration) {
    return Long.toString(duration.toSeconds());
  }

  @Override
  public String toString() {
    return DriverUrl.redact(url) + (user == null ? "" : " as " + user);
  }
}
