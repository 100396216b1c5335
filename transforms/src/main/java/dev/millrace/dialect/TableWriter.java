// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.Block;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Writes blocks into a table within the connection's transaction, which the caller commits. Not
 * safe for use by several threads.
 *
 * <p>To append is one {@code COPY}, where the server allows it and no column has to be cast.
 * Otherwise, and to upsert, the blocks are copied into a temporary table of the session and from
 * there inserted; see {@link StageSql}. Where the keys are expected to be new, an upsert is such a
 * {@code COPY} as well, until a key turns out to be there.
 */
public final class TableWriter {

  /**
   * Classes of SQL states: a value that does not fit, a row that breaks a constraint, a server that
   * has no room.
   */
  private static final List<String> OF_THE_TABLE = List.of("22", "23", "44", "53");

  private static final String DISK_FULL = "53100";
  private static final String UNIQUE_VIOLATION = "23505";

  private final CopyWriter copy;
  private final TableWrite write;
  private final boolean staged;
  private final boolean casts;
  private final String stage;
  private final String createStage;
  private final String insert;
  private boolean straight;

  public TableWriter(TableWrite write) {
    this.write = write;
    this.copy = new CopyWriter(write);
    this.casts = write.routes().stream().anyMatch(Route::isCast);
    boolean detour =
        casts || write.table().rowSecurity() || write.table().kind() == Table.Kind.VIEW;
    this.staged = detour || !write.key().isEmpty();
    this.straight = !detour && write.fresh();
    StageSql sql = new StageSql(write);
    String columns = sql.columns();
    // One stage for each target and set of columns that a session of the pool writes to.
    this.stage =
        "millrace_stage_" + UUID.nameUUIDFromBytes(columns.getBytes(StandardCharsets.UTF_8));
    this.createStage =
        "CREATE TEMPORARY TABLE IF NOT EXISTS "
            + Sql.identifier(stage)
            + " ON COMMIT DELETE ROWS AS "
            + columns
            + " WITH NO DATA";
    this.insert = sql.insert("pg_temp." + Sql.identifier(stage));
  }

  /**
   * Writes blocks.
   *
   * @param progress called whenever the server took something
   * @throws SQLException when the server refuses; the transaction is then good for a rollback only
   */
  public void write(Connection connection, List<Block> blocks, Runnable progress)
      throws SQLException {
    try {
      if (!staged) {
        copy.send(connection, write.table().name().sql(), blocks, progress);
      } else if (!straight || !areNew(connection, blocks, progress)) {
        stage(connection, blocks, progress);
      }
    } catch (PSQLException refusal) {
      throw named(refusal);
    }
  }

  /** Copies rows straight into the table, unless one of their keys is there. */
  private boolean areNew(Connection connection, List<Block> blocks, Runnable progress)
      throws SQLException {
    Savepoint before = connection.setSavepoint();
    straight = false;
    try {
      copy.send(connection, write.table().name().sql(), blocks, progress);
      connection.releaseSavepoint(before);
      straight = true;
    } catch (PSQLException refusal) {
      if (!UNIQUE_VIOLATION.equals(refusal.getSQLState())) {
        throw refusal;
      }
      connection.rollback(before);
    }
    return straight;
  }

  private void stage(Connection connection, List<Block> blocks, Runnable progress)
      throws SQLException {
    if (casts) {
      TextForm.settle(connection);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(createStage);
      copy.send(connection, "pg_temp." + Sql.identifier(stage), blocks, progress);
      progress.run();
      statement.execute(insert);
    }
  }

  /**
   * Forgets what was staged, so that more can be written in the same transaction.
   *
   * @param connection on which something was written
   */
  public void again(Connection connection) throws SQLException {
    if (staged && !straight) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("DELETE FROM pg_temp." + Sql.identifier(stage));
      }
    }
  }

  /** A refusal with the table and, where the server tells it, the column. */
  private SQLException named(PSQLException refusal) {
    String state = String.valueOf(refusal.getSQLState());
    ServerErrorMessage server = refusal.getServerErrorMessage();
    if (server == null || OF_THE_TABLE.stream().noneMatch(state::startsWith)) {
      return refusal;
    }
    String column = column(server);
    return new SQLException(
        "Cannot write to "
            + write.table().name()
            + ": "
            + (DISK_FULL.equals(state) ? "the disk of the server is full: " : "")
            + (column == null ? "" : "column " + column + ": ")
            + server.getMessage()
            + (server.getDetail() == null ? "" : " (" + server.getDetail() + ")"),
        state,
        refusal);
  }

  private static @Nullable String column(ServerErrorMessage server) {
    // Of a COPY the server says "COPY t, line 1, column c".
    String where = String.valueOf(server.getWhere());
    int at = where.indexOf(", column ");
    return at < 0 ? server.getColumn() : where.substring(at + ", column ".length());
  }
}
