// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Asks PostgreSQL's catalog what a table is. */
public final class Catalog {

  private static final String RELATION =
      """
      SELECT c.oid, n.nspname, c.relname, c.relkind, c.relhassubclass,
             CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid)
                  / current_setting('block_size')::bigint ELSE 0 END,
             CASE WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE 0 END,
             current_setting('server_version_num')::int, row_security_active(c.oid),
             (WITH RECURSIVE tree AS
                (SELECT c.oid UNION
                 SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)
              SELECT CASE WHEN bool_and(k.relkind IN ('r', 'm', 'p'))
                THEN sum(coalesce(pg_relation_size(nullif(k.reltoastrelid, 0)), 0)) ELSE -1 END
              FROM tree JOIN pg_class k ON k.oid = tree.oid)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = to_regclass(?)
      """;

  private static final String COLUMNS =
      """
      SELECT attname, atttypid, atttypmod, format_type(atttypid, atttypmod), attnotnull,
             atthasdef, attidentity, attgenerated <> ''
      FROM pg_attribute
      WHERE attrelid = ? AND attnum > 0 AND NOT attisdropped
      ORDER BY attnum
      """;

  private static final String KEYS =
      """
      SELECT ARRAY(SELECT a.attname FROM unnest(i.indkey[0:i.indnkeyatts - 1])
                     WITH ORDINALITY AS k(attnum, at)
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                   ORDER BY k.at)::text[],
             coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
      FROM pg_index i
      WHERE i.indrelid = ? AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
      ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid
      """;

  /** Columns of text in the order of its bytes; a builtin collation sorts by code point, too. */
  private static final String BYTEWISE =
      """
      SELECT a.attname
      FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation,
           (SELECT datcollate, coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider
            FROM pg_database d WHERE datname = current_database()) AS d
      WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
        AND pg_encoding_to_char((SELECT encoding FROM pg_database
                                 WHERE datname = current_database())) = 'UTF8'
        AND CASE c.collprovider
              WHEN 'd' THEN d.provider = 'b' OR d.provider = 'c' AND d.datcollate IN ('C', 'POSIX')
              WHEN 'b' THEN true
              WHEN 'c' THEN c.collcollate IN ('C', 'POSIX')
              ELSE false
            END
      """;

  private Catalog() {}

  /**
   * Describes a table or view.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public static Table describe(Connection connection, TableName name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RELATION)) {
      statement.setString(1, name.sql());
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next()) {
          throw new IllegalArgumentException(
              "Invalid table: "
                  + name
                  + " (must exist in database "
                  + connection.getCatalog()
                  + ", visible to "
                  + connection.getMetaData().getUserName()
                  + ")");
        }
        long oid = found.getLong(1);
        return new Table(
            new TableName(found.getString(2), found.getString(3)),
            kind(found.getString(4), found.getBoolean(5)),
            found.getLong(6),
            found.getLong(7),
            found.getLong(10),
            columns(connection, oid),
            keys(connection, oid),
            found.getInt(8),
            found.getBoolean(9));
      }
    }
  }

  /**
   * Describes what a query gives, as a view that is gone again.
   *
   * @param connection without a transaction under way
   * @throws SQLException when it is no query, or two of its columns have one name
   */
  public static Table describeQuery(Connection connection, String query) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TEMP VIEW millrace_query AS " + query);
      return describe(connection, new TableName("pg_temp", "millrace_query"));
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  /** The columns of a table whose texts the server compares byte by byte, as UTF-8. */
  public static Set<String> bytewise(Connection connection, TableName table) throws SQLException {
    Set<String> columns = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(BYTEWISE)) {
      statement.setString(1, table.sql());
      try (ResultSet each = statement.executeQuery()) {
        while (each.next()) {
          columns.add(each.getString(1));
        }
      }
    }
    return columns;
  }

  private static Table.Kind kind(String kind, boolean hasChildren) {
    return switch (kind) {
      case "m" -> Table.Kind.HEAP;
      case "r" -> hasChildren ? Table.Kind.HEAPS : Table.Kind.HEAP;
      case "p" -> Table.Kind.HEAPS;
      default -> Table.Kind.VIEW;
    };
  }

  private static List<TableColumn> columns(Connection connection, long oid) throws SQLException {
    List<TableColumn> columns = new ArrayList<>();
    TypeCatalog types = new TypeCatalog(connection);
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, oid);
      try (ResultSet each = statement.executeQuery()) {
        while (each.next()) {
          boolean notNull = each.getBoolean(5);
          String identity = each.getString(7);
          boolean filled = each.getBoolean(6) || !identity.isEmpty() || each.getBoolean(8);
          TypeCatalog.Resolved type = types.resolve(each.getLong(2), each.getInt(3));
          columns.add(
              new TableColumn(
                  each.getString(1),
                  type.oid(),
                  type.modifier(),
                  each.getString(4),
                  type.shape(),
                  notNull && !filled,
                  !notNull,
                  each.getBoolean(8),
                  identity.equals("a")));
        }
      }
    }
    return columns;
  }

  private static List<TableKey> keys(Connection connection, long oid) throws SQLException {
    List<TableKey> keys = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
      statement.setLong(1, oid);
      try (ResultSet each = statement.executeQuery()) {
        while (each.next()) {
          String[] columns = (String[]) each.getArray(1).getArray();
          keys.add(new TableKey(List.of(columns), each.getBoolean(2)));
        }
      }
    }
    return keys;
  }
}
