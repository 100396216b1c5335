// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of the medallion.
 *
 * @param name without schema: the tables stand where the connection's search path puts them
 * @param key the columns whose values no two rows share
 */
public record Table(String name, BlockSchema schema, List<String> key) implements Serializable {

  public Table {
    key = List.copyOf(key);
    key.forEach(schema::indexOf);
  }

  /** The key, as {@code WriteTable.upsert} takes it. */
  public String[] upsertKey() {
    return key.toArray(String[]::new);
  }

  /** Creates the table where it is missing; an existing one is left as it is. */
  String createSql() {
    String columns =
        schema.columns().stream()
            .map(column -> quoted(column.name()) + " " + type(column) + nullability(column))
            .collect(Collectors.joining(", "));
    String primary = key.stream().map(Table::quoted).collect(Collectors.joining(", "));
    return "CREATE TABLE IF NOT EXISTS %s (%s, PRIMARY KEY (%s))"
        .formatted(quoted(name), columns, primary);
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
