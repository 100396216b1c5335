// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableColumn;
import dev.millrace.dialect.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The SQL that gives a table a cursor of type {@code xid8}: a column with the transaction id of
 * whoever wrote the row last, the one cursor by which no row can be lost. For the table's owner to
 * run, as often as he likes.
 *
 * <p>The first step takes a lock that nobody passes, but for a moment, as a column without a
 * default rewrites no row; it gives up when it does not get it in five seconds. Rows that were
 * there before hold NULL until they change: they are those that a first copy of the whole table
 * takes. The last step, which may be left out, numbers them as well, a few thousand in a
 * transaction, so that each is read once more.
 *
 * <p>The trigger fires for replicated changes too, and after the others before a write. As every
 * update now changes an indexed column, none leaves the indexes alone any more (HOT).
 *
 * @param steps in order
 */
public record Xid8Migration(List<Step> steps) {

  private static final int FIRST_VERSION = 130_000;
  private static final int BATCH = 5_000;

  private static final String TRIGGER =
      """

      BEGIN
        NEW.%s := pg_catalog.pg_current_xact_id();
        RETURN NEW;
      END
      """;

  private static final String BACKFILL =
      """

      DECLARE
        changed bigint;
      BEGIN
        LOOP
          UPDATE %1$s SET %2$s = pg_current_xact_id()
          WHERE (%3$s) IN (SELECT %3$s FROM %1$s WHERE %2$s IS NULL LIMIT %4$d);
          GET DIAGNOSTICS changed = ROW_COUNT;
          EXIT WHEN changed = 0;
          COMMIT;
        END LOOP;
      END
      """;

  /**
   * A step of its own.
   *
   * @param purpose what it is for
   * @param statements SQL
   * @param atOnce whether they run in one transaction; otherwise each runs outside of any
   */
  public record Step(String purpose, List<String> statements, boolean atOnce) {

    public Step {
      statements = List.copyOf(statements);
    }
  }

  public Xid8Migration {
    steps = List.copyOf(steps);
  }

  /**
   * The migration of a table.
   *
   * @param column to be added, or there already with that type
   * @param key by which rows of one transaction are ordered
   * @throws IllegalArgumentException when there is such a column of another type, or the table
   *     cannot have one
   */
  public static Xid8Migration of(
      Connection connection, Table table, String column, List<String> key) throws SQLException {
    List<Member> members = Member.of(connection, table);
    require(table, column, members);
    key.forEach(table::column);
    return new Xid8Migration(
        List.of(
            new Step(
                "The column and its trigger, under a short lock and without a rewrite",
                column(table.name(), column, members),
                true),
            new Step(
                "The index to read by, while others go on writing",
                index(column, key, members),
                false),
            new Step(
                "Ids for the rows that are there already: not needed where a first run copies the"
                    + " whole table",
                List.of(backfill(table.name(), column, key)),
                false)));
  }

  /** All of it, to be read by a person and run by {@code psql}. */
  public String script() {
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      script.append("-- ").append(i + 1).append(". ").append(step.purpose()).append(".\n");
      script.append(step.atOnce() ? "BEGIN;\n" : "");
      step.statements().forEach(each -> script.append(each).append(";\n"));
      script.append(step.atOnce() ? "COMMIT;\n" : "");
    }
    return script.toString();
  }

  private static void require(Table table, String column, List<Member> members) {
    String why =
        table.serverVersion() < FIRST_VERSION
            ? "xid8 needs PostgreSQL 13 or later"
            : members.stream()
                .filter(each -> !each.kind().equals("r") && !each.partitioned())
                .findFirst()
                .map(each -> each.name() + " is no table of this server")
                .orElse(null);
    if (why != null) {
      throw new IllegalArgumentException("Cannot add a cursor to " + table.name() + ": " + why);
    }
    Optional<TableColumn> there = table.find(column);
    if (there.isPresent() && there.get().type() != Inspection.XID8) {
      throw new IllegalArgumentException(
          "Invalid cursor: "
              + column
              + " of type "
              + there.get().typeName()
              + " (must be a new column, or of type xid8)");
    }
  }

  private static List<String> column(TableName table, String column, List<Member> members) {
    String name = Sql.identifier(column);
    String function = new TableName(table.schema(), Member.cut("millrace_set_" + column)).sql();
    String trigger = Sql.identifier(Member.cut("zzz_millrace_set_" + column));
    List<String> statements = new ArrayList<>();
    statements.add("SET LOCAL lock_timeout = '5s'");
    statements.add("ALTER TABLE " + table.sql() + " ADD COLUMN IF NOT EXISTS " + name + " xid8");
    statements.add(
        "CREATE OR REPLACE FUNCTION "
            + function
            + "() RETURNS trigger LANGUAGE plpgsql AS "
            + Sql.literal(TRIGGER.formatted(name)));
    for (Member member : members) {
      String on = member.name().sql();
      // A partition has the trigger of its parent.
      if (member.parent() == null) {
        statements.add("DROP TRIGGER IF EXISTS " + trigger + " ON " + on);
        statements.add(
            "CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s()"
                .formatted(trigger, on, function));
      }
      statements.add("ALTER TABLE " + on + " ENABLE ALWAYS TRIGGER " + trigger);
    }
    return statements;
  }

  /** An index of a partitioned table is put together of those of its partitions. */
  private static List<String> index(String column, List<String> key, List<Member> members) {
    List<String> columns = new ArrayList<>(key);
    columns.add(0, column);
    List<String> statements = new ArrayList<>();
    List<String> attached = new ArrayList<>();
    for (Member member : members) {
      TableName index = Member.index(member.name(), column);
      // What a build that failed has left would be taken for the index.
      if (!member.partitioned() && member.broken().contains(index.name())) {
        statements.add("DROP INDEX CONCURRENTLY " + index.sql());
      }
      statements.add(
          "CREATE INDEX %sIF NOT EXISTS %s ON %s%s (%s)"
              .formatted(
                  member.partitioned() ? "" : "CONCURRENTLY ",
                  Sql.identifier(index.name()),
                  member.partitioned() ? "ONLY " : "",
                  member.name().sql(),
                  Sql.identifiers(columns)));
      TableName parent = member.parent();
      if (parent != null) {
        attached.add(
            "ALTER INDEX %s ATTACH PARTITION %s"
                .formatted(Member.index(parent, column).sql(), index.sql()));
      }
    }
    statements.addAll(attached);
    return statements;
  }

  private static String backfill(TableName table, String column, List<String> key) {
    return "DO "
        + Sql.literal(
            BACKFILL.formatted(table.sql(), Sql.identifier(column), Sql.identifiers(key), BATCH));
  }
}
