// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/**
 * The tables of a history in an SQLite file. Its log of changes stands beside it until they are in
 * it, so that readers never wait for a writer, and what was committed outlives the kill of a
 * process; what the last second before a power failure committed may be lost.
 */
final class HistoryFile {

  /** Of the tables; raised with each change of theirs. */
  static final int VERSION = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final String[] FIRST = {
    """
    CREATE TABLE run (
      id TEXT PRIMARY KEY,
      command TEXT NOT NULL,
      pipeline TEXT NOT NULL,
      runner TEXT NOT NULL,
      configuration_hash TEXT NOT NULL,
      code TEXT NOT NULL,
      host TEXT NOT NULL,
      pid INTEGER NOT NULL,
      started INTEGER NOT NULL, -- milliseconds since 1970, as all times here
      seen INTEGER NOT NULL,
      ended INTEGER,
      status TEXT NOT NULL,
      stalled INTEGER NOT NULL,
      exit_code INTEGER,
      error TEXT,
      rows_read INTEGER,
      rows_written INTEGER,
      rows_rejected INTEGER,
      bytes INTEGER,
      seconds REAL,
      cpu_seconds REAL,
      peak_rss_bytes INTEGER) WITHOUT ROWID
    """,
    "CREATE INDEX run_pipeline ON run (pipeline, configuration_hash, id)",
    "CREATE INDEX run_open ON run (id) WHERE status = 'running'",
    // Apart, so that a list reads none of it.
    """
    CREATE TABLE detail (
      run TEXT PRIMARY KEY REFERENCES run ON DELETE CASCADE,
      start BLOB NOT NULL, -- JSON, deflated, as the others
      snapshot BLOB,
      summary BLOB,
      series BLOB)
    """,
    """
    CREATE TABLE event (
      run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
      number INTEGER NOT NULL,
      time INTEGER NOT NULL,
      kind TEXT NOT NULL,
      text TEXT NOT NULL,
      PRIMARY KEY (run, number)) WITHOUT ROWID
    """
  };

  private static final String[] SECOND = {
    """
    CREATE TABLE alert (
      run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
      name TEXT NOT NULL,
      fired INTEGER NOT NULL,
      resolved INTEGER, -- by the end of the run at the latest; null while it fires
      severity TEXT NOT NULL,
      sentence TEXT NOT NULL,
      PRIMARY KEY (run, fired, name)) WITHOUT ROWID
    """,
    "CREATE INDEX alert_fired ON alert (fired)",
    "CREATE INDEX alert_firing ON alert (run) WHERE resolved IS NULL"
  };

  /** What makes each version of the one before. */
  private static final String[][] VERSIONS = {FIRST, SECOND};

  private HistoryFile() {}

  /**
   * Opens the file, and makes it and its folder first if need be.
   *
   * @throws HistoryException if that cannot be done, or a later version of the program made it
   */
  static Connection open(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      SQLiteConfig config = new SQLiteConfig();
      config.setJournalMode(JournalMode.WAL);
      config.setSynchronous(SynchronousMode.NORMAL);
      config.setBusyTimeout(Math.toIntExact(PATIENCE.toMillis()));
      config.enforceForeignKeys(true);
      // A transaction that reads before it writes would fail, not wait, where another wrote
      // between.
      config.setTransactionMode(TransactionMode.IMMEDIATE);
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      try {
        create(file, connection);
        return connection;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException | IOException e) {
      throw new HistoryException("Cannot open the history %s: %s".formatted(file, why(e)), e);
    }
  }

  private static void create(Path file, Connection connection) throws SQLException {
    if (version(connection) < VERSION) {
      connection.setAutoCommit(false);
      // Asked again within the transaction, which has the file alone: of two that come at once the
      // later sees what the other made.
      for (int version = version(connection); version < VERSION; version++) {
        try (Statement statement = connection.createStatement()) {
          for (String table : VERSIONS[version]) {
            statement.execute(table);
          }
          statement.execute("PRAGMA user_version = " + (version + 1));
        }
      }
      connection.commit();
      connection.setAutoCommit(true);
    }
    int version = version(connection);
    if (version != VERSION) {
      throw new HistoryException(
          "Cannot open the history %s: it has version %d (must be %d; a later Millrace made it)"
              .formatted(file, version, VERSION));
    }
  }

  private static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /** In words; the driver's code stands before them in brackets. */
  static String why(Exception e) {
    return String.valueOf(e.getMessage()).replaceFirst("^\\[[A-Z_]+\\]\\s*", "");
  }
}
