// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the catalog says of how a column comes by its values.
 *
 * @param view whether the relation is a view
 * @param strange a materialized view or foreign table that rows come from, null for none
 * @param always whether the server numbers it whatever a writer says
 * @param generated whether it is computed from other columns
 * @param fill its default in SQL, null for none
 * @param insertTrigger whether a trigger before an insert names it
 * @param updateTrigger whether a trigger before an update names it
 * @param firesAlways whether these fire for replicated changes as well
 * @param indexed whether an index begins with it
 * @param me this session's role, quoted where needed
 */
record ColumnFacts(
    boolean view,
    @Nullable String strange,
    boolean always,
    boolean generated,
    @Nullable String fill,
    boolean insertTrigger,
    boolean updateTrigger,
    boolean firesAlways,
    boolean indexed,
    String me) {

  /** A default that is the server's time, whatever its type and zone; the server writes it so. */
  private static final Predicate<String> SERVER_TIME =
      Pattern.compile(
              "[(]*(now\\(\\)|CURRENT_TIMESTAMP|LOCALTIMESTAMP|CURRENT_DATE|clock_timestamp\\(\\)"
                  + "|statement_timestamp\\(\\)|transaction_timestamp\\(\\))"
                  + "([)]* AT TIME ZONE '[^']+'::text)?[)]*(::[a-z ]+(\\(\\d\\))?( with(out)? time zone)?[)]*)?"
                  + "|timezone\\('[^']+'::text, (now\\(\\)|CURRENT_TIMESTAMP)\\)",
              Pattern.CASE_INSENSITIVE)
          .asMatchPredicate();

  private static final String ASK =
      """
      WITH named AS (
        SELECT t.tgtype, t.tgenabled FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = to_regclass(?) AND NOT t.tgisinternal AND t.tgenabled <> 'D'
          AND t.tgtype & 3 = 3 AND position(lower(?) IN lower(p.prosrc || encode(t.tgargs, 'escape'))) > 0)
      SELECT c.relkind = 'v' AS view, a.attidentity = 'a' AS always, a.attgenerated <> '' AS generated,
             CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS fill,
             (SELECT coalesce(bool_or(tgtype & 4 = 4), false) FROM named) AS on_insert,
             (SELECT coalesce(bool_or(tgtype & 16 = 16), false) FROM named) AS on_update,
             (SELECT coalesce(bool_and(tgenabled = 'A'), false) FROM named) AS fires_always,
             EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum
                     AND i.indisvalid AND i.indpred IS NULL) AS indexed, quote_ident(current_user) AS me,
             (SELECT min(CASE k.relkind WHEN 'm' THEN 'materialized view ' ELSE 'foreign table ' END
                         || k.oid::regclass)
              FROM pg_class k WHERE k.relkind IN ('m', 'f') AND k.oid IN (%s)) AS strange
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ? AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.oid = to_regclass(?)
      """
          .formatted(Relations.OIDS);

  static ColumnFacts of(Connection connection, Table table, String column) throws SQLException {
    String name = table.name().sql();
    try (PreparedStatement statement = connection.prepareStatement(ASK)) {
      statement.setString(1, name);
      statement.setString(2, column);
      statement.setString(3, name);
      statement.setString(4, column);
      statement.setString(5, name);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new IllegalArgumentException(
              "Invalid cursor: " + column + " (must still be a column of " + table.name() + ")");
        }
        return new ColumnFacts(
            row.getBoolean("view"),
            row.getString("strange"),
            row.getBoolean("always"),
            row.getBoolean("generated"),
            row.getString("fill"),
            row.getBoolean("on_insert"),
            row.getBoolean("on_update"),
            row.getBoolean("fires_always"),
            row.getBoolean("indexed"),
            row.getString("me"));
      }
    }
  }

  /** What makes it doubtful that the values are times of the server, of when rows were written. */
  List<String> timeDoubts(String column, Duration guard) {
    if (view) {
      return List.of();
    }
    if (generated) {
      return List.of(column + " is computed from other columns: it is as safe as these are");
    }
    if (!insertTrigger && (fill == null || !SERVER_TIME.test(fill))) {
      return List.of(
          column
              + " has neither the server's time as its default nor a trigger"
              + (fill == null ? "" : ", but the default " + fill)
              + ": a row may be lost whose writer sets it to more than "
              + guard.toMillis()
              + " ms before its transaction began");
    }
    return updateTrigger
        ? List.of()
        : List.of("No trigger sets " + column + ": an update that does not set it is not read");
  }
}
