// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes rows that are given as texts, each as a {@link TableWriter} would write it. Used by one
 * thread.
 */
public final class TextInsert {

  private final String sql;

  /**
   * Writes into a table.
   *
   * @param names of the columns
   * @param key by which a row replaces another; empty to append
   * @param newer as in {@link TableWrite}; empty for none
   * @throws IllegalArgumentException when the table does not have the columns, or others that it
   *     needs
   */
  public TextInsert(Table table, List<String> names, List<String> key, String newer) {
    BlockSchema schema = TableRead.of(table, names, "").schema();
    TableWrite write = TableWrite.of(table, schema, key, newer);
    // A cast to the type with its limits would cut what does not fit; to assign refuses it.
    String values =
        write.names().stream()
            .map(
                name ->
                    "(p.texts ->> %s)::%s"
                        .formatted(Sql.literal(name), table.column(name).shape().sql()))
            .collect(Collectors.joining(", "));
    this.sql =
        "INSERT INTO %s AS old (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM (SELECT ?::jsonb AS texts) AS p%s"
            .formatted(
                table.name().sql(),
                Sql.identifiers(write.names()),
                values,
                new StageSql(write).conflict());
  }

  /** Prepares a transaction for the texts of any session. */
  public static void settle(Connection connection) throws SQLException {
    TextForm.settle(connection);
  }

  /**
   * Writes a row within the connection's transaction.
   *
   * @param texts a JSON object of its values by column
   */
  public void write(Connection connection, String texts) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, texts);
      statement.executeUpdate();
    }
  }
}
