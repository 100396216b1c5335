// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.Column;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a table are read, and which of its rows.
 *
 * @param table the table or view
 * @param schema the columns in the order read
 * @param where a condition in SQL; empty for all rows
 * @param query what is read in the place of the table, whose columns it has; null for the table
 */
public record TableRead(Table table, BlockSchema schema, String where, @Nullable String query)
    implements Serializable {

  /**
   * Reads some columns, or all when none is named.
   *
   * @throws IllegalArgumentException when a column does not exist, or has a type not carried
   */
  public static TableRead of(Table table, List<String> names, String where) {
    List<Column> columns = new ArrayList<>();
    for (String name : names.isEmpty() ? table.names() : names) {
      columns.add(PgType.carrier(table, table.column(name)));
    }
    return new TableRead(table, new BlockSchema(columns), where, null);
  }

  /** The same of a query, as {@link Catalog#describeQuery} has described it. */
  public TableRead from(String otherQuery) {
    return new TableRead(table, schema, where, otherQuery);
  }

  /** For people: the table's name, or the query. */
  public String name() {
    return query == null ? table.name().toString() : "(" + query + ")";
  }

  /** A query of the rows that also satisfy another condition. */
  public String query(String condition) {
    return query(condition, RowLimit.ofThisJvm(table));
  }

  String query(String condition, RowLimit limit) {
    return "SELECT " + columns(limit) + " FROM " + from() + " AS t WHERE " + and(condition);
  }

  /** The table in a {@code FROM}; a heap without its children, which it does not have. */
  public String from() {
    // The line break ends a comment that the query may end with.
    return query == null ? (table.heap() ? "ONLY " : "") + table.name().sql() : "(" + query + "\n)";
  }

  /** This read's condition and another. */
  public String and(String condition) {
    // The line break ends a comment that the condition may end with.
    return where.isEmpty() ? condition : "(" + where + "\n) AND " + condition;
  }

  private String columns(RowLimit limit) {
    List<String> columns = new ArrayList<>();
    for (Column column : schema.columns()) {
      String name = "t." + Sql.identifier(column.name());
      columns.add(readsText(column) ? TextForm.of(table.column(column.name()), name) : name);
    }
    if (limit.isAtRisk() && schema.columns().stream().anyMatch(each -> each.type().isVariable())) {
      columns.set(0, limit.guard(columns.get(0), schema.columns()));
    }
    return String.join(", ", columns);
  }

  /** Whether some column is read as text, which the session's settings bear on. */
  boolean readsText() {
    return schema.columns().stream().anyMatch(this::readsText);
  }

  private boolean readsText(Column column) {
    return PgType.readsText(table.column(column.name()));
  }

  FieldDecoder[] decoders() {
    FieldDecoder[] decoders = new FieldDecoder[schema.size()];
    for (int i = 0; i < decoders.length; i++) {
      Column column = schema.column(i);
      decoders[i] = FieldDecoder.of(table.column(column.name()), column.type());
    }
    return decoders;
  }
}
