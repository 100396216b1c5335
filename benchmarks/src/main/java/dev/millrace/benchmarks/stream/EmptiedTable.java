// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.stream;

import dev.millrace.benchmarks.measure.Sql;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A table whose rows are counted and deleted whenever they take 10 GiB, so that no disk is too
 * small for what is written to it.
 */
final class EmptiedTable implements AutoCloseable {

  static final String NAME = "generated";

  private static final long FULL = ByteSize.ofMebibytes(10 << 10).bytes();

  private final Connection connection;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledFuture<?> looks;
  private long deleted;

  private EmptiedTable(Connection connection) {
    this.connection = connection;
    this.looks = clock.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  static EmptiedTable create(ConnectionSpec spec) throws SQLException {
    Connection connection = spec.connect("bench");
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS " + NAME);
      // What the server's log of changes costs is not what is measured.
      statement.execute(
          "CREATE UNLOGGED TABLE %s (id bigint, number double precision, payload text)"
              .formatted(NAME));
    }
    return new EmptiedTable(connection);
  }

  private void look() {
    try {
      if (Sql.number(connection, "SELECT pg_total_relation_size('" + NAME + "')") >= FULL) {
        empty();
      }
    } catch (SQLException failure) {
      throw new IllegalStateException("Cannot empty the table: " + failure.getMessage(), failure);
    }
  }

  /** Nobody writes between the two. */
  private void empty() throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LOCK TABLE " + NAME);
      deleted += Sql.number(connection, "SELECT count(*) FROM " + NAME);
      statement.execute("TRUNCATE " + NAME);
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** How many rows were written to it, all together; empties it no more. */
  long end() throws SQLException, InterruptedException {
    stop();
    if (looks.isDone() && !looks.isCancelled()) {
      try {
        looks.get();
      } catch (ExecutionException failure) {
        throw new IllegalStateException(failure.getCause());
      }
    }
    return deleted + Sql.number(connection, "SELECT count(*) FROM " + NAME);
  }

  private void stop() throws InterruptedException {
    clock.shutdown();
    if (!clock.awaitTermination(10, TimeUnit.MINUTES)) {
      throw new IllegalStateException("Cannot stop: the table is being emptied for minutes");
    }
  }

  @Override
  public void close() throws SQLException {
    clock.shutdownNow();
    connection.close();
  }
}
