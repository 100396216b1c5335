// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.core.Oid;

/** The output text of values, and a session in which every database writes and reads it alike. */
final class TextForm {

  private static final String SETTINGS =
      """
      SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
      SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1;
      SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content'
      """;

  private TextForm() {}

  /** Settles the session's settings until its transaction ends. */
  static void settle(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
    }
  }

  /**
   * An expression of a column's text.
   *
   * @param name the column in SQL
   */
  static String of(TableColumn column, String name) {
    // The text of an XML as it is stored: its output function leaves its encoding out.
    // Of others the output function's: a cast to text may have been given another meaning. A row of
    // NULLs is not NULL, but IS NULL.
    return column.type() == Oid.XML
        ? name + "::text"
        : "CASE WHEN num_nulls(" + name + ") = 0 THEN format('%s', " + name + ") END";
  }
}
