// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableColumn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.postgresql.core.Oid;

/**
 * Finds how windows can be closed by a column, what to refuse, and what to tell. Used by one
 * thread, once.
 */
final class Inspection {

  /** Not among the driver's constants. */
  static final int XID8 = 5069;

  private final Connection connection;
  private final Table table;
  private final TableColumn column;
  private final HorizonRules rules;
  private final ColumnFacts facts;
  private final List<String> risks = new ArrayList<>();
  private final List<String> doubts = new ArrayList<>();

  Inspection(Connection connection, Table table, String column, HorizonRules rules)
      throws SQLException {
    this.connection = connection;
    this.table = table;
    this.column = table.column(column);
    this.rules = rules;
    this.facts = ColumnFacts.of(connection, table, column);
  }

  /** What was found that the user is to know. */
  List<String> doubts() {
    return List.copyOf(doubts);
  }

  /**
   * The way to close windows.
   *
   * @throws HorizonException when there is none
   */
  Closing closing() throws SQLException {
    if (facts.strange() != null) {
      risks.add(
          "rows come from the "
              + facts.strange()
              + ", where they appear at other times than their values say");
    }
    Closing closing =
        switch (column.type()) {
          case Oid.TIMESTAMPTZ -> byTime(TimeCursor.Kind.TIMESTAMPTZ);
          case Oid.TIMESTAMP -> byTime(TimeCursor.Kind.TIMESTAMP);
          case Oid.DATE -> byTime(TimeCursor.Kind.DATE);
          case Oid.INT2 -> byNumber(Short.MAX_VALUE);
          case Oid.INT4 -> byNumber(Integer.MAX_VALUE);
          case Oid.INT8 -> byNumber(Long.MAX_VALUE);
          case XID8 -> byTransactionId();
          default ->
              throw new HorizonException(
                  table.name(),
                  column.name(),
                  "values of type "
                      + column.typeName()
                      + " do not tell when they were written; name a column of type timestamptz,"
                      + " timestamp, date, xid8, or a whole number drawn from a sequence");
        };
    if (!risks.isEmpty() && !rules.goesOn()) {
      // Nor does an id tell when a row appears in a materialized view.
      throw facts.strange() == null
          ? HorizonException.ofTime(table.name(), column.name(), risks)
          : HorizonException.of(table.name(), column.name(), risks);
    }
    risks.forEach(risk -> doubts.add(0, "Rows may be lost: " + risk));
    if (facts.view()) {
      doubts.add(
          table.name()
              + " is a view: a row that appears because of another table than that of "
              + column.name()
              + " appears with an old value, and is not read");
    }
    return closing;
  }

  private Closing byTime(TimeCursor.Kind kind) throws SQLException {
    doubts.addAll(facts.timeDoubts(column.name(), rules.guard()));
    // Of a date the modifier means nothing.
    int digits = column.modifier() < 0 ? 6 : column.modifier();
    return byClock(new TimeCursor(kind, digits, zones(kind)));
  }

  private Closing byClock(Cursor cursor) {
    return new ClosingByClock(table.name(), column.name(), facts.view(), cursor, rules);
  }

  private List<String> zones(TimeCursor.Kind kind) throws SQLException {
    if (kind == TimeCursor.Kind.TIMESTAMPTZ) {
      return List.of();
    }
    Set<String> zones = new TreeSet<>(WriterZones.named(facts.fill()));
    if (rules.zones().isEmpty()) {
      zones.addAll(WriterZones.configured(connection));
      doubts.add(
          "Whoever writes "
              + column.name()
              + ", which has no time zone, is taken to be in "
              + String.join(" or ", zones)
              + "; name other zones with --zones");
    } else {
      zones.addAll(rules.zones());
    }
    for (String zone : zones) {
      WriterZones.require(connection, zone);
    }
    return List.copyOf(zones);
  }

  private Closing byNumber(long greatest) throws SQLException {
    List<Sequence> sequences = Sequence.find(connection, table, column.name());
    Sequence sequence = sequences.size() == 1 ? sequences.get(0) : null;
    if (sequence == null) {
      risks.add(
          sequences.isEmpty()
              ? "no sequence numbers it, so that nothing tells which numbers are still to come"
              : "several sequences number it: "
                  + String.join(", ", sequences.stream().map(Sequence::name).toList()));
    } else {
      sequence.unreliable().ifPresent(risks::add);
      sequence.requireReadable(table.name(), column.name(), facts.me());
    }
    doubts.add("An update leaves " + column.name() + " as it is: only new rows are read");
    if (!facts.always()) {
      doubts.add(
          "A row with a "
              + column.name()
              + " that its writer chose, or drew in an earlier transaction, may be lost");
    }
    Duration delay = risks.isEmpty() ? null : rules.overlap();
    if (sequence == null) {
      return byClock(
          NumberCursor.ofColumn(
              table.name().sql(), Sql.identifier(column.name()), greatest, delay));
    }
    NumberCursor cursor = NumberCursor.ofSequence(sequence.name(), greatest, delay);
    doubtNumbersAhead(cursor);
    return byClock(cursor);
  }

  /** A table loaded without its sequence being told has rows that would wait for ever. */
  private void doubtNumbersAhead(NumberCursor cursor) throws SQLException {
    if (!facts.indexed()) {
      return;
    }
    long max =
        one("max(" + Sql.identifier(column.name()) + ")::bigint", Long.class)
            .orElse(Long.MIN_VALUE);
    long last = cursor.drawn(connection).map(Cursor.Drawn::value).orElse(Long.MAX_VALUE);
    if (max > last) {
      doubts.add(
          "There are rows up to "
              + column.name()
              + " = "
              + max
              + ", and "
              + cursor.source()
              + " is at "
              + last
              + ": those above wait until it gets there");
    }
  }

  private Closing byTransactionId() throws SQLException {
    if (!facts.insertTrigger() || !facts.updateTrigger() || !facts.firesAlways()) {
      doubts.add(
          "No trigger that fires always sets "
              + column.name()
              + " at every insert and update: a row written without it is not read");
    }
    if (facts.indexed()) {
      String id = Sql.identifier(column.name());
      one(
              "CASE WHEN max(" + id + ") >= pg_snapshot_xmax(pg_current_snapshot()) THEN true END",
              Boolean.class)
          .ifPresent(ahead -> refuseIdsAhead(id));
    }
    return new ClosingByTransactionId(table.name(), column.name());
  }

  private void refuseIdsAhead(String id) {
    throw new HorizonException(
        table.name(),
        column.name(),
        "rows bear transaction ids that this server has not reached, so they come from another one;"
            + " let its trigger number them anew: UPDATE "
            + table.name().sql()
            + " SET "
            + id
            + " = NULL WHERE "
            + id
            + " >= pg_snapshot_xmax(pg_current_snapshot())");
  }

  private <T> Optional<T> one(String expression, Class<T> type) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT " + expression + " FROM " + table.name().sql())) {
      row.next();
      return Optional.ofNullable(row.getObject(1, type));
    }
  }
}
