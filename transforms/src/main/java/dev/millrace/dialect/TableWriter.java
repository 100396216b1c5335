// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.Block;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes blocks into a table within the connection's transaction, which the caller commits. Not
 * safe for use by several threads.
 *
 * <p>To append is one {@code COPY}. To upsert, the blocks are copied into a temporary table of the
 * session and from there inserted, in the order of the key, so that two writers take row locks in
 * one order and cannot deadlock. Of rows with one key the last wins: the temporary table was empty,
 * so that its physical order is that of arrival.
 */
public final class TableWriter {

  private final CopyWriter copy;
  private final TableWrite write;
  private final String stage;
  private final String createStage;
  private final String merge;

  public TableWriter(TableWrite write) {
    this.write = write;
    this.copy = new CopyWriter(write);
    String columns = Sql.identifiers(write.names());
    String target = write.table().name().sql();
    // One stage for each target and set of columns that a session of the pool writes to.
    this.stage = "millrace_stage_" + Integer.toHexString((target + columns).hashCode());
    this.createStage =
        "CREATE TEMPORARY TABLE IF NOT EXISTS "
            + stage
            + " ON COMMIT DELETE ROWS AS SELECT "
            + columns
            + " FROM "
            + target
            + " WITH NO DATA";
    this.merge = merge(write, stage, columns, target);
  }

  private static String merge(TableWrite write, String stage, String columns, String target) {
    String key = Sql.identifiers(write.key());
    String changes =
        write.names().stream()
            .filter(name -> !write.key().contains(name))
            .filter(name -> !write.table().column(name).identity())
            .map(name -> Sql.identifier(name) + " = excluded." + Sql.identifier(name))
            .collect(Collectors.joining(", "));
    return "INSERT INTO "
        + target
        + " ("
        + columns
        + ") OVERRIDING SYSTEM VALUE SELECT DISTINCT ON ("
        + key
        + ") "
        + columns
        + " FROM pg_temp."
        + stage
        + " ORDER BY "
        + key
        + ", ctid DESC ON CONFLICT ("
        + key
        + ") DO "
        + (changes.isEmpty() ? "NOTHING" : "UPDATE SET " + changes);
  }

  /**
   * Writes blocks.
   *
   * @param progress called whenever the server took something
   * @throws SQLException when the server refuses; the transaction is then good for a rollback only
   */
  public void write(Connection connection, List<Block> blocks, Runnable progress)
      throws SQLException {
    if (write.key().isEmpty()) {
      copy.send(connection, write.table().name().sql(), blocks, progress);
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(createStage);
      copy.send(connection, "pg_temp." + stage, blocks, progress);
      progress.run();
      statement.execute(merge);
    }
  }
}
