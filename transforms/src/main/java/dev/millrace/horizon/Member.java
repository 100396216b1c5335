// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import com.google.common.hash.Hashing;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table, or one of its partitions or other children.
 *
 * @param kind as {@code pg_class} has it
 * @param parent of which it is a partition, null when it is not one
 * @param broken its indexes that are not valid
 */
record Member(TableName name, String kind, @Nullable TableName parent, Set<String> broken) {

  private static final int NAME_BYTES = 63;

  private static final String ASK =
      """
      WITH RECURSIVE tree (oid, parent, depth) AS (
        SELECT to_regclass(?)::oid, NULL::oid, 0
        UNION ALL
        SELECT i.inhrelid, tree.oid, depth + 1
        FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid)
      SELECT n.nspname, c.relname, c.relkind, up.nspname, p.relname,
             ARRAY(SELECT k.relname FROM pg_index x JOIN pg_class k ON k.oid = x.indexrelid
                   WHERE x.indrelid = c.oid AND NOT x.indisvalid)::text[]
      FROM tree
      JOIN pg_class c ON c.oid = tree.oid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_class p ON p.oid = tree.parent AND c.relispartition
      LEFT JOIN pg_namespace up ON up.oid = p.relnamespace
      ORDER BY depth, c.oid
      """;

  Member {
    broken = Set.copyOf(broken);
  }

  /** The table and all below it, parents first. */
  static List<Member> of(Connection connection, Table table) throws SQLException {
    List<Member> members = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(ASK)) {
      statement.setString(1, table.name().sql());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String parent = row.getString(5);
          members.add(
              new Member(
                  new TableName(row.getString(1), row.getString(2)),
                  row.getString(3),
                  parent == null ? null : new TableName(row.getString(4), parent),
                  Set.of((String[]) row.getArray(6).getArray())));
        }
      }
    }
    return members;
  }

  boolean partitioned() {
    return kind.equals("p");
  }

  /** The name of the index of a table by a cursor. */
  static TableName index(TableName table, String column) {
    return new TableName(table.schema(), cut(table.name() + "_" + column + "_idx"));
  }

  /** A name as long as the server keeps it; one that is cut ends in a hash of the whole. */
  static String cut(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= NAME_BYTES) {
      return name;
    }
    String hash = "_" + Hashing.sha256().hashBytes(bytes).toString().substring(0, 8);
    int end = name.length();
    while (name.substring(0, end).getBytes(StandardCharsets.UTF_8).length
        > NAME_BYTES - hash.length()) {
      end = name.offsetByCodePoints(end, -1);
    }
    return name.substring(0, end) + hash;
  }
}
