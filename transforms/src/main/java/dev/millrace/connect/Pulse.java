// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.jdbc.PgConnection;

/**
 * A progress deadline for statements that compute for long and send nothing meanwhile. It takes the
 * driver's socket timeout off a connection, and instead asks the server, twice in every such time
 * and over another connection, whether it still has the first; if it has not, or does not answer,
 * aborts the first.
 */
public final class Pulse implements AutoCloseable {

  /** Beats in a stall timeout. */
  private static final int BEATS = 2;

  /** SQL states in which the connection failed, and not what was asked over it. */
  private static final String CONNECTION_FAILED = "08";

  private final ConnectionSpec spec;
  private final Connection watched;
  private final int backend;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean lost;

  private Pulse(ConnectionSpec spec, Connection watched, int backend) {
    this.spec = spec.withTimeouts(spec.timeouts().withRetry(Retry.NEVER));
    this.watched = watched;
    this.backend = backend;
  }

  /**
   * Watches over a connection until closed.
   *
   * @param watched that is within a transaction, so that a pooler keeps it on one server
   */
  public static Pulse over(ConnectionSpec spec, Connection watched) throws SQLException {
    try (Statement statement = watched.createStatement();
        ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()")) {
      pid.next();
      Pulse pulse = new Pulse(spec, watched, pid.getInt(1));
      watched.setNetworkTimeout(Runnable::run, 0);
      Thread thread = new Thread(pulse::watch, "millrace-pulse");
      thread.setDaemon(true);
      thread.start();
      return pulse;
    }
  }

  /** Whether the connection was aborted. */
  public boolean lost() {
    return lost;
  }

  private void watch() {
    Duration period = spec.timeouts().stall().dividedBy(BEATS);
    try {
      while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
        beat();
      }
    } catch (InterruptedException nobodyWaits) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat() {
    try (Connection connection = spec.connectAside("pulse");
        Statement statement = connection.createStatement();
        ResultSet there =
            statement.executeQuery("SELECT FROM pg_stat_activity WHERE pid = " + backend)) {
      if (!there.next()) {
        abort();
      }
    } catch (SQLException failure) {
      // A server that refuses, as with too many connections, is there all the same.
      if (String.valueOf(failure.getSQLState()).startsWith(CONNECTION_FAILED)) {
        abort();
      }
    }
  }

  private void abort() {
    if (closed.getCount() > 0) {
      lost = true;
      closed.countDown();
      try {
        watched.unwrap(PgConnection.class).abort(Runnable::run);
      } catch (SQLException alreadyClosed) {
        // Nobody waits on it any more.
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
