// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A snapshot that some session holds open, under which others can read.
 *
 * @param id as {@code pg_export_snapshot()} gave it
 */
public record SnapshotRef(String id) implements Serializable {

  /**
   * Begins a read-only transaction under the snapshot on a connection with auto-commit off.
   *
   * @throws SQLException when nobody holds the snapshot any longer
   */
  public void begin(Connection connection) throws SQLException {
    new ReadSession(this).begin(connection);
  }
}
