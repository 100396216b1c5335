// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A sequence that numbers a column.
 *
 * @param name quoted
 * @param readable whether this role may read its last number
 * @param plain whether the column takes its numbers as they are
 * @param cache numbers that a session takes at once
 */
record Sequence(
    String name, boolean readable, boolean plain, long cache, long increment, boolean cycle) {

  /** SQL for whether a sequence, put in as a {@code regclass}, gives its numbers out of order. */
  static final String UNRELIABLE =
      "(SELECT seqcache <> 1 OR seqincrement <> 1 OR seqcycle FROM pg_sequence"
          + " WHERE seqrelid = %s)";

  static final String UNRELIABLE_NOW =
      " no longer gives its numbers one after the other: it was altered";

  /** All that number a column of a table, of what it is a partition of, and of its children. */
  private static final String FIND =
      """
      SELECT format('%%I.%%I', n.nspname, c.relname) AS name, s.seqcache, s.seqincrement, s.seqcycle,
             has_sequence_privilege(c.oid, 'SELECT') AS readable, u.plain
      FROM (
        SELECT own.objid AS oid, true AS plain
        FROM pg_depend own
        JOIN pg_attribute a ON a.attrelid = own.refobjid AND a.attnum = own.refobjsubid
        WHERE own.classid = 'pg_class'::regclass AND own.refclassid = 'pg_class'::regclass
          AND own.deptype = 'i' AND a.attname = ? AND a.attrelid IN (%1$s)
        UNION
        SELECT uses.refobjid,
               pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\\(''[^()]*''::regclass\\)$'
        FROM pg_attrdef d
        JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        JOIN pg_depend uses ON uses.classid = 'pg_attrdef'::regclass AND uses.objid = d.oid
          AND uses.refclassid = 'pg_class'::regclass
        WHERE a.attname = ? AND a.attrelid IN (%1$s)) AS u
      JOIN pg_sequence s ON s.seqrelid = u.oid
      JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      ORDER BY 1, plain
      """
          .formatted(Relations.OIDS_AND_ABOVE);

  static List<Sequence> find(Connection connection, Table table, String column)
      throws SQLException {
    List<Sequence> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setString(1, column);
      statement.setString(2, table.name().sql());
      statement.setString(3, table.name().sql());
      statement.setString(4, column);
      statement.setString(5, table.name().sql());
      statement.setString(6, table.name().sql());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(
              new Sequence(
                  row.getString("name"),
                  row.getBoolean("readable"),
                  row.getBoolean("plain"),
                  row.getLong("seqcache"),
                  row.getLong("seqincrement"),
                  row.getBoolean("seqcycle")));
        }
      }
    }
    return found;
  }

  /** Why its numbers cannot be told to be closed; empty when they can. */
  Optional<String> unreliable() {
    if (!plain) {
      return Optional.of("its default makes something else of the numbers of sequence " + name);
    }
    if (cache != 1) {
      return Optional.of(
          "sequence "
              + name
              + " hands each session "
              + cache
              + " numbers at once, which it may use at any later time; run ALTER SEQUENCE "
              + name
              + " CACHE 1 and let the sessions connect again");
    }
    if (increment != 1) {
      return Optional.of(
          "sequence "
              + name
              + " counts by "
              + increment
              + ", as it does for applications that number rows by themselves in between");
    }
    return cycle
        ? Optional.of(
            "sequence "
                + name
                + " begins again at its end; run ALTER SEQUENCE "
                + name
                + " NO CYCLE")
        : Optional.empty();
  }

  /**
   * Checks that its last number can be read.
   *
   * @throws HorizonException when it cannot, by this role
   */
  void requireReadable(TableName table, String column, String me) {
    if (!readable) {
      throw new HorizonException(
          table,
          column,
          me
              + " may not read sequence "
              + name
              + "; let its owner run: GRANT SELECT ON SEQUENCE "
              + name
              + " TO "
              + me);
    }
  }
}
