// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableColumn;
import dev.millrace.dialect.TableRead;
import java.io.Serializable;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/**
 * Counts once more, some time after it was read, what a table has by a cursor: which rows came
 * after greater ones could be seen already. A bookmark at the greatest value seen, which is what a
 * naive cursor is, loses these; and if some came below what had been read as complete, the cursor's
 * values are not what the {@link Horizon} takes them for.
 *
 * <p>What can be seen is remembered as a snapshot of the server. A row is late whose transaction
 * that snapshot does not show. So a row counts that came to be, or was changed without its cursor,
 * and not if it has been changed again since with a new value of the cursor: it is a lower bound.
 *
 * <p>Immutable and safe to share between threads.
 */
public final class Recount {

  /** {@code pg_snapshot} came with this version. */
  private static final int SNAPSHOTS_SINCE = 130_000;

  private static final Set<Integer> TIMES = Set.of(Oid.TIMESTAMPTZ, Oid.TIMESTAMP, Oid.DATE);

  /**
   * A count that takes long is worth less than it costs. Texts of times are read back in other
   * sessions.
   */
  private static final String BEGIN =
      """
      SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
      SET LOCAL statement_timeout = '10s'; SET LOCAL DateStyle = ISO; SET LOCAL TimeZone = 'UTC'
      """;

  private static final String CANCELED = "57014";

  private static final String SEE =
      """
      SELECT pg_current_snapshot()::text AS snapshot, statement_timestamp() AS at,
             (SELECT t.%1$s::text FROM %2$s AS t WHERE %3$s ORDER BY t.%1$s DESC LIMIT 1) AS top
      """;

  /**
   * A row has but the lower half of a transaction's id; the upper one is that of now, or before.
   */
  private static final String COUNT =
      """
      SELECT count(*), count(*) FILTER (WHERE r.value < %4$s), %8$s
      FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS ids,
      LATERAL (
        SELECT t.%1$s AS value, next - (next - t.xmin::text::bigint & 4294967295) AS id
        FROM %2$s AS t WHERE %3$s AND t.%1$s >= %5$s AND t.%1$s <= %6$s) AS r
      WHERE NOT pg_visible_in_snapshot(r.id::text::xid8, %7$s::pg_snapshot)
      """;

  private final TableRead read;
  private final TableColumn column;

  /**
   * What could be seen of a table at a moment.
   *
   * @param snapshot of the server
   * @param read the value of the cursor below which all had been read as complete
   * @param top the greatest value that could be seen
   * @param at by the server's clock
   */
  public record Seen(String snapshot, String read, String top, Instant at)
      implements Serializable {}

  /**
   * What came later.
   *
   * @param late rows at or below the greatest value that had been seen
   * @param behind those of them below what had been read as complete, which no copy by this cursor
   *     finds
   * @param lateness how much later than its value the latest came, at least; null where the cursor
   *     has no zone or is no time, and when none came
   */
  public record Found(long late, long behind, @Nullable Duration lateness) implements Serializable {

    public static final Found NOTHING = new Found(0, 0, null);
  }

  private Recount(TableRead read, TableColumn column) {
    this.read = read;
    this.column = column;
  }

  /**
   * Recounts what is read by a column.
   *
   * @return empty where rows do not tell by whom they were written: those of a view, or of a server
   *     before PostgreSQL 13
   */
  public static Optional<Recount> of(TableRead read, String column) {
    Table table = read.table();
    return table.kind() == Table.Kind.VIEW || table.serverVersion() < SNAPSHOTS_SINCE
        ? Optional.empty()
        : Optional.of(new Recount(read, table.column(column)));
  }

  /**
   * Looks at what can be seen now.
   *
   * @param connection not within a transaction, and left so
   * @param complete the value of the cursor below which all was read, as a text
   * @return empty when the table has no row, or it takes more than 10 s to say
   */
  public Optional<Seen> see(Connection connection, String complete) throws SQLException {
    String finite = TIMES.contains(column.type()) ? " AND t.%1$s < 'infinity'" : "";
    String known = ("t.%1$s IS NOT NULL" + finite).formatted(Sql.identifier(column.name()));
    String sql =
        SEE.formatted(Sql.identifier(column.name()), read.table().name().sql(), read.and(known));
    return ask(
        connection,
        sql,
        row -> {
          String top = row.getString("top");
          return top == null
              ? null
              : new Seen(row.getString("snapshot"), complete, top, Activity.instant(row, "at"));
        });
  }

  /**
   * Counts what came since.
   *
   * @param connection not within a transaction, and left so
   * @param low from which value on
   * @return empty when it takes more than 10 s
   */
  public Optional<Found> since(Connection connection, Seen seen, String low) throws SQLException {
    String sql =
        COUNT.formatted(
            Sql.identifier(column.name()),
            read.table().name().sql(),
            read.and("true"),
            value(seen.read()),
            value(low),
            value(seen.top()),
            Sql.literal(seen.snapshot()),
            lateness(seen));
    return ask(
        connection,
        sql,
        row -> {
          BigDecimal millis = row.getBigDecimal(3);
          Duration lateness = millis == null ? null : Duration.ofMillis(millis.longValue());
          return new Found(row.getLong(1), row.getLong(2), lateness);
        });
  }

  private String lateness(Seen seen) {
    return column.type() == Oid.TIMESTAMPTZ
        ? "max(greatest(0, 1000 * extract(epoch FROM %s::timestamptz - r.value)))"
            .formatted(Sql.literal(seen.at().toString()))
        : "NULL::numeric";
  }

  private String value(String text) {
    return Sql.literal(text) + "::" + column.typeName();
  }

  /** Reads the one row of an answer; null is nothing. */
  private interface Answer<T> {
    @Nullable T read(ResultSet row) throws SQLException;
  }

  private static <T> Optional<T> ask(Connection connection, String sql, Answer<T> answer)
      throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(BEGIN);
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return Optional.ofNullable(answer.read(row));
      }
    } catch (SQLException failure) {
      if (CANCELED.equals(failure.getSQLState())) {
        return Optional.empty();
      }
      throw failure;
    } finally {
      connection.rollback();
      connection.setAutoCommit(autoCommit);
    }
  }
}
