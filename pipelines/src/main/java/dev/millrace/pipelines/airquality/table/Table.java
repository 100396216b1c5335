// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of the medallion.
 *
 * @param name without schema: the tables stand where the connection's search path puts them
 * @param schema what is written and read
 * @param key the columns whose values no two rows share
 * @param derived columns that the server computes from others, and that are only asked by
 * @param indexed columns by which a part of the rows is asked for, each in an index of its own
 */
public record Table(
    String name, BlockSchema schema, List<String> key, List<Derived> derived, List<String> indexed)
    implements Serializable {

  public Table {
    key = List.copyOf(key);
    derived = List.copyOf(derived);
    indexed = List.copyOf(indexed);
    key.forEach(schema::indexOf);
  }

  Table(String name, BlockSchema schema, List<String> key) {
    this(name, schema, key, List.of(), List.of());
  }

  /**
   * A column that the server computes.
   *
   * @param type as in SQL
   * @param expression over the other columns of the row, which never fails
   */
  public record Derived(String name, String type, String expression) implements Serializable {

    private String sql() {
      return "%s %s GENERATED ALWAYS AS (%s) STORED".formatted(quoted(name), type, expression);
    }
  }

  /** The key, as {@code WriteTable.upsert} takes it. */
  public String[] upsertKey() {
    return key.toArray(String[]::new);
  }

  Table derived(String column, String type, String expression) {
    List<Derived> all = new ArrayList<>(derived);
    all.add(new Derived(column, type, expression));
    return new Table(name, schema, key, all, indexed);
  }

  Table indexed(String column) {
    List<String> all = new ArrayList<>(indexed);
    all.add(column);
    return new Table(name, schema, key, derived, all);
  }

  /** Creates the table. */
  String createSql() {
    List<String> columns = new ArrayList<>();
    for (Column column : schema.columns()) {
      columns.add(quoted(column.name()) + " " + type(column) + nullability(column));
    }
    derived.forEach(column -> columns.add(column.sql()));
    String primary = key.stream().map(Table::quoted).collect(Collectors.joining(", "));
    return "CREATE TABLE %s (%s, PRIMARY KEY (%s))"
        .formatted(quoted(name), String.join(", ", columns), primary);
  }

  /** Adds a derived column to a table of an earlier version. */
  String addSql(Derived column) {
    return "ALTER TABLE %s ADD COLUMN %s".formatted(quoted(name), column.sql());
  }

  /** Creates the index of a column. */
  String indexSql(String column) {
    return "CREATE INDEX %s ON %s (%s)"
        .formatted(quoted(indexName(column)), quoted(name), quoted(column));
  }

  String indexName(String column) {
    return name + "_" + column;
  }

  private String nullability(Column column) {
    return key.contains(column.name()) ? " NOT NULL" : "";
  }

  private static String type(Column column) {
    BlockType type = column.type();
    return switch (type.kind()) {
      case TEXT -> "text";
      case NUMERIC -> "numeric";
      case INT32 -> "integer";
      case INT64 -> "bigint";
      case BOOL -> "boolean";
      case DATE -> "date";
      case TIMESTAMP -> "timestamp";
      default ->
          throw new IllegalArgumentException(
              "Invalid type of column " + column.name() + ": " + type + " (must be one in use)");
    };
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
