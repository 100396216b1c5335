// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import dev.millrace.observe.Measure;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Connections of one database by the driver itself.
 *
 * <p>{@link java.sql.DriverManager} looks for drivers once for each JVM. Where jobs come and go
 * with classes of their own, as on a Flink session cluster, it refuses every job but the first its
 * first connection, and holds on to the classes of jobs that have ended; there the driver is taken
 * off its list. In an application's own class loader it stays.
 */
final class PgDriver implements DataSource {

  private static final String APPLICATION_NAME = "ApplicationName";

  private static final Driver DRIVER = new Driver();

  static {
    boolean applications = PgDriver.class.getClassLoader() == ClassLoader.getSystemClassLoader();
    try {
      if (!applications && Driver.isRegistered()) {
        Driver.deregister();
      }
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Those that are open, and some that are not any more. */
  private static final Set<Connection> OPENED =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final ConnectionSpec spec;
  private final Quota quota;
  private final String name;

  /**
   * Connects to a database.
   *
   * @param quota that the connections count for, below a ceiling
   * @param purpose shown by the server as a part of the application's name
   */
  PgDriver(ConnectionSpec spec, Quota quota, String purpose) {
    this.spec = spec;
    this.quota = quota;
    this.name = spec.applicationName(purpose);
  }

  /** Opens a connection; below a ceiling, once it has a slot. */
  @Override
  public Connection getConnection() throws SQLException {
    Ceiling ceiling = spec.ceiling();
    if (ceiling == null) {
      return open();
    }
    Connection connection =
        CeilingQueue.of(spec, ceiling).take(quota, spec.timeouts().acquire(), this::open);
    if (!name.equals(connection.getClientInfo(APPLICATION_NAME))) {
      // Somebody else of this JVM opened it.
      connection.setClientInfo(APPLICATION_NAME, name);
    }
    return connection;
  }

  private Connection open() throws SQLException {
    Connection connection;
    try {
      // Asked for at each connection, since a password may change meanwhile.
      connection = DRIVER.connect(spec.url(), spec.properties(name));
    } catch (SQLException failure) {
      throw Fault.isTimeout(failure) ? silent(failure) : failure;
    }
    if (connection == null) {
      throw new SQLException("Cannot connect: " + spec.url() + " is no URL of PostgreSQL");
    }
    OPENED.add(connection);
    return connection;
  }

  /** Cuts all connections that are open. */
  static void abortAll() {
    List<Connection> all;
    synchronized (OPENED) {
      all = List.copyOf(OPENED);
    }
    all.forEach(PgDriver::abort);
  }

  /** Cuts a connection without a word to the server. */
  static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException alreadyClosed) {
      // Which is what is wanted.
    }
  }

  /** The driver says neither who did not answer nor for how long. */
  private SQLException silent(SQLException failure) {
    Measure.TIMEOUTS.addOutside("kind", "connect");
    return new SQLException(
        "Cannot connect to %s: no answer within %d s"
            .formatted(spec.address(), spec.timeouts().connect().toSeconds()),
        failure.getSQLState(),
        failure);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("Cannot connect as another user: there is one");
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {
    // The properties say it.
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() {
    return DRIVER.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("Cannot unwrap to " + type.getName() + ": nothing is wrapped");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
