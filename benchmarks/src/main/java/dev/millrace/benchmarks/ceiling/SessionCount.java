// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.ceiling;

import dev.millrace.connect.ConnectionSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts the sessions of a role every 50 ms, also after the server crashed. */
final class SessionCount implements Callable<Integer> {

  private static final int EVERY = 50;

  private static final String COUNT = "SELECT count(*) FROM pg_stat_activity WHERE usename = ?";

  private final ConnectionSpec superuser;
  private final String role;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private int most;

  SessionCount(ConnectionSpec superuser, String role) {
    this.superuser = superuser;
    this.role = role;
  }

  void stop() {
    stopped.countDown();
  }

  /** Counts until it is stopped; returns the most there were at one time. */
  @Override
  public Integer call() throws InterruptedException {
    while (stopped.getCount() > 0) {
      try (Connection connection = superuser.connect("bench sampler");
          PreparedStatement count = connection.prepareStatement(COUNT)) {
        count.setString(1, role);
        while (!stopped.await(EVERY, TimeUnit.MILLISECONDS)) {
          try (ResultSet row = count.executeQuery()) {
            row.next();
            most = Math.max(most, row.getInt(1));
          }
        }
      } catch (SQLException down) {
        // It comes back.
        TimeUnit.MILLISECONDS.sleep(EVERY);
      }
    }
    return most;
  }
}
