// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Table;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.postgresql.core.Oid;

/**
 * Up to which value of a cursor column no row of a table can still appear: what to ask a source,
 * and how. Immutable and safe to share between threads.
 */
public final class Horizon implements Serializable {

  private static final String ASK =
      """
      SELECT statement_timestamp(), (SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid())
      """;

  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS'+00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final String column;
  private final HorizonRules rules;

  private Horizon(String column, HorizonRules rules) {
    this.column = column;
    this.rules = rules;
  }

  /**
   * Looks at a column and refuses what can never be safe.
   *
   * @throws HorizonException when no window can be closed by the column
   * @throws IllegalArgumentException when there is no such column
   */
  public static Horizon of(Connection connection, Table table, String column, HorizonRules rules)
      throws SQLException {
    if (table.column(column).type() != Oid.TIMESTAMPTZ) {
      throw new HorizonException(
          "Cannot close windows of "
              + table.name()
              + " by column "
              + column
              + ": only timestamptz is known as yet");
    }
    return new Horizon(column, rules);
  }

  public String column() {
    return column;
  }

  /**
   * Asks the source. What is read by it must be read with a snapshot taken later.
   *
   * @param connection not within a transaction; it is left so
   * @param memory what the look before left; empty for the first
   * @throws HorizonException when a row could be lost
   */
  public Look look(Connection connection, String memory) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ASK)) {
      row.next();
      Instant clock = row.getObject(1, OffsetDateTime.class).toInstant();
      OffsetDateTime oldest = row.getObject(2, OffsetDateTime.class);
      Instant high =
          (oldest == null || oldest.toInstant().isAfter(clock) ? clock : oldest.toInstant())
              .minus(rules.guard());
      return new Look(TEXT.format(high), clock, Duration.between(high, clock), List.of(), memory);
    }
  }

  /** What is worth telling the user once. */
  public List<String> doubts() {
    return List.of();
  }
}
