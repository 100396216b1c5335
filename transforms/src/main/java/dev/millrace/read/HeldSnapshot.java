// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.ReadOnlySessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A snapshot of a database, held open by a connection of its own until closed. All splits of a read
 * under it see the table at one moment. While it is held the server can remove no row version that
 * it sees, so close it as soon as the run has ended.
 */
public final class HeldSnapshot implements AutoCloseable {

  private final Connection holder;
  private final SnapshotRef ref;

  private HeldSnapshot(Connection holder, SnapshotRef ref) {
    this.holder = holder;
    this.ref = ref;
  }

  /**
   * Takes a snapshot now.
   *
   * @throws SQLException when the server does not answer or refuses
   */
  public static HeldSnapshot export(ConnectionSpec spec) throws SQLException {
    Connection holder = spec.connect(ReadOnlySessions.SNAPSHOT_HOLDER);
    try (Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      statement.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
      try (ResultSet id = statement.executeQuery("SELECT pg_export_snapshot()")) {
        id.next();
        return new HeldSnapshot(holder, new SnapshotRef(id.getString(1)));
      }
    } catch (SQLException | RuntimeException failure) {
      holder.close();
      throw failure;
    }
  }

  /** What to read under. */
  public SnapshotRef ref() {
    return ref;
  }

  /** Lets the snapshot go; reads still under it fail. */
  @Override
  public void close() throws SQLException {
    holder.close();
  }
}
