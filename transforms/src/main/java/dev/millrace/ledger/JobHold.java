// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import com.google.common.hash.Hashing;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.LastingLocks;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A run's hold on a job: no other run has it at the same time. A session of the target keeps a lock
 * as long as this is open; it frees itself when the run is killed.
 *
 * <p>Not safe for use by several threads.
 */
final class JobHold implements AutoCloseable {

  private static final String HOLDER =
      """
      SELECT format(' (pid %s, %s, since %s)', a.pid,
                    coalesce('from ' || host(a.client_addr), 'on this machine'),
                    date_trunc('second', a.backend_start))
      FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = ?
      """;

  private static final int PATIENCE_SECONDS = 10;

  private final Connection holder;

  private JobHold(Connection holder) {
    this.holder = holder;
  }

  /**
   * Takes hold of a job, which need not exist yet, and creates the ledger where there is none.
   *
   * @param target the database that is written to
   * @throws JobActiveException when another run has it
   * @throws SQLException when the server does not answer or refuses
   */
  static JobHold open(ConnectionSpec target, String job) throws SQLException {
    Connection holder = target.connect("ledger " + job);
    try {
      holder.setAutoCommit(false);
      LastingLocks.prepare(holder);
      LedgerTables.create(holder);
      holder.commit();
      lock(holder, job);
      LedgerTables.forgetOldSplits(holder);
      holder.commit();
      // A session that is to hold a lock must not hold back the horizon of vacuum as well.
      holder.setAutoCommit(true);
      return new JobHold(holder);
    } catch (SQLException | RuntimeException failure) {
      holder.close();
      throw failure;
    }
  }

  private static void lock(Connection holder, String job) throws SQLException {
    long key =
        Hashing.sipHash24().hashString("millrace job " + job, StandardCharsets.UTF_8).asLong();
    try (PreparedStatement statement = holder.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      statement.setLong(1, key);
      try (ResultSet got = statement.executeQuery()) {
        got.next();
        if (!got.getBoolean(1)) {
          throw new JobActiveException(
              "Cannot run job "
                  + job
                  + ": run "
                  + JobRecord.find(holder, job).map(JobRecord::run).orElse("another")
                  + holder(holder, key)
                  + " is at it; wait for its end, or stop it");
        }
      }
    }
  }

  private static String holder(Connection connection, long key) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
      statement.setLong(1, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  /** What is done within one transaction of the session that holds the job. */
  @FunctionalInterface
  interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Does something within one transaction. */
  <T> T transact(Work<T> work) throws SQLException {
    holder.setAutoCommit(false);
    try {
      T result = work.in(holder);
      holder.commit();
      return result;
    } catch (SQLException | RuntimeException failure) {
      holder.rollback();
      throw failure;
    } finally {
      holder.setAutoCommit(true);
    }
  }

  /**
   * Whether the session that holds the job is there: it has gone if the server was started anew.
   */
  boolean isThere() throws SQLException {
    return holder.isValid(PATIENCE_SECONDS);
  }

  /** Lets the job go. */
  @Override
  public void close() throws SQLException {
    try (holder) {
      release();
    }
  }

  /**
   * A server lets go of what a closed session held only a moment later: the next run need not wait.
   */
  private void release() {
    try (Statement statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_unlock_all()");
    } catch (SQLException gone) {
      // The session has ended, and its lock with it.
    }
  }
}
