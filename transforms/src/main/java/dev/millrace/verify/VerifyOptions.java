// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.TableName;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to compare with what.
 *
 * @param source the database copied from
 * @param table its table or view
 * @param target the database copied to
 * @param into its table
 * @param key columns that tell rows apart; empty for the source's or else the target's own key, and
 *     where there is none, for all columns together
 * @param columns to compare; empty for all of the source
 * @param where a condition in SQL, which is trusted and holds for both sides; empty for all rows
 * @param cursor a column that grows with each version of a row; empty for none
 * @param window how long the windows of the cursor are that rows are cut into, for tables whose
 *     rows never change; null to cut them into ranges of the key
 * @param synced how far the copy has come; null when all of the source should be there
 * @param limit keys to name of each kind of difference, 0 or more, default 20
 */
public record VerifyOptions(
    ConnectionSpec source,
    TableName table,
    ConnectionSpec target,
    TableName into,
    List<String> key,
    List<String> columns,
    String where,
    String cursor,
    @Nullable WindowLength window,
    @Nullable Synced synced,
    int limit)
    implements Serializable {

  private static final int DEFAULT_LIMIT = 20;

  public VerifyOptions {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    if (window != null && cursor.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot compare by windows: no column is named as the cursor");
    }
    if (limit < 0) {
      throw new IllegalArgumentException("Invalid limit: " + limit + " (must be 0 or more)");
    }
  }

  /**
   * Compares all of two tables.
   *
   * @param table {@code name} or {@code schema.name}, as in SQL
   * @param into as well
   * @throws IllegalArgumentException when a name has another form
   */
  public static VerifyOptions of(
      ConnectionSpec source, String table, ConnectionSpec target, String into) {
    return new VerifyOptions(
        source,
        TableName.parse(table),
        target,
        TableName.parse(into),
        List.of(),
        List.of(),
        "",
        "",
        null,
        null,
        DEFAULT_LIMIT);
  }

  public VerifyOptions withKey(List<String> newKey) {
    return new VerifyOptions(
        source, table, target, into, newKey, columns, where, cursor, window, synced, limit);
  }

  public VerifyOptions withColumns(List<String> newColumns) {
    return new VerifyOptions(
        source, table, target, into, key, newColumns, where, cursor, window, synced, limit);
  }

  public VerifyOptions withWhere(String condition) {
    return new VerifyOptions(
        source, table, target, into, key, columns, condition, cursor, window, synced, limit);
  }

  public VerifyOptions withCursor(String column) {
    return new VerifyOptions(
        source, table, target, into, key, columns, where, column, window, synced, limit);
  }

  public VerifyOptions byWindow(WindowLength length) {
    return new VerifyOptions(
        source, table, target, into, key, columns, where, cursor, length, synced, limit);
  }

  public VerifyOptions withSynced(Synced newSynced) {
    return new VerifyOptions(
        source, table, target, into, key, columns, where, cursor, window, newSynced, limit);
  }

  public VerifyOptions withLimit(int newLimit) {
    return new VerifyOptions(
        source, table, target, into, key, columns, where, cursor, window, synced, newLimit);
  }
}
