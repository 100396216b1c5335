// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Which columns of blocks go into which columns of a table. Columns are matched by name; those that
 * the server generates are left out.
 *
 * @param table the target
 * @param schema of the blocks
 * @param fields positions in {@code schema} of the columns written
 * @param key columns by which a row replaces another; empty to append
 * @param newer a column that grows with each version of a row, so that no row replaces one in which
 *     it is greater; empty for none
 * @param sparing whether a row that would be replaced by the same values is left as it is
 * @param fresh whether keys are expected not to be there, so that rows are copied straight first
 */
public record TableWrite(
    Table table,
    BlockSchema schema,
    List<Integer> fields,
    List<String> key,
    String newer,
    boolean sparing,
    boolean fresh)
    implements Serializable {

  /**
   * Matches columns.
   *
   * @throws IllegalArgumentException when a column is missing on either side, when a value would
   *     not fit exactly, or when the key is not one of the table's
   */
  public static TableWrite of(Table table, BlockSchema schema, List<String> key) {
    return of(table, schema, key, "");
  }

  /**
   * As {@link #of(Table, BlockSchema, List)}, but no row replaces a newer one.
   *
   * @param newer a column that grows with each version of a row; empty for none
   */
  public static TableWrite of(Table table, BlockSchema schema, List<String> key, String newer) {
    List<Integer> fields = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      Column column = schema.column(i);
      TableColumn target =
          table
              .find(column.name())
              .orElseThrow(
                  () ->
                      refused(
                          table, "it has no column " + column.name() + ", but " + table.names()));
      if (target.generated()) {
        continue;
      }
      if (Route.of(column.type(), target).isEmpty()) {
        throw refused(
            table,
            "column "
                + column.name()
                + " is "
                + target.typeName()
                + ", into which not every "
                + column.type()
                + " goes unchanged");
      }
      fields.add(i);
    }
    checkRequired(table, schema);
    checkKey(table, schema, key);
    checkNewer(table, schema, key, newer);
    return new TableWrite(
        table, schema, List.copyOf(fields), List.copyOf(key), newer, false, false);
  }

  /** The same, but that a row that would be replaced by the same values is left as it is. */
  public TableWrite sparingEqual() {
    return new TableWrite(table, schema, fields, key, newer, true, fresh);
  }

  /** The same, but that keys are expected not to be there. */
  public TableWrite expectingNew() {
    return new TableWrite(table, schema, fields, key, newer, sparing, true);
  }

  private static void checkRequired(Table table, BlockSchema schema) {
    for (TableColumn column : table.columns()) {
      if (column.required() && !schema.names().contains(column.name())) {
        throw refused(
            table,
            "its column " + column.name() + " is required, and the source has " + schema.names());
      }
    }
  }

  private static void checkKey(Table table, BlockSchema schema, List<String> key) {
    for (String column : key) {
      schema.indexOf(column);
      if (table.column(column).generated()) {
        throw refused(
            table, "its column " + column + " is generated, so that it cannot be part of the key");
      }
    }
    for (String column : key.isEmpty() ? List.<String>of() : schema.names()) {
      if (table.column(column).numbered() && !key.contains(column)) {
        throw refused(
            table,
            "its column "
                + column
                + " is GENERATED ALWAYS AS IDENTITY, which only an insert can set; leave it out, or"
                + " make it part of the key");
      }
    }
    if (!key.isEmpty() && !table.hasKey(key)) {
      throw new IllegalArgumentException(
          "Invalid key of "
              + table.name()
              + ": "
              + key
              + " (must be the columns of a unique index: "
              + (table.keys().isEmpty() ? "there is none" : "one of " + table.keys())
              + ")");
    }
  }

  private static void checkNewer(Table table, BlockSchema schema, List<String> key, String newer) {
    if (newer.isEmpty()) {
      return;
    }
    schema.indexOf(newer);
    if (key.isEmpty() || key.contains(newer)) {
      throw new IllegalArgumentException(
          "Invalid column to tell newer rows by: "
              + newer
              + " (must be beside the key of an upsert, which is "
              + key
              + ")");
    }
    if (table.column(newer).generated()) {
      throw refused(
          table, "its column " + newer + " is generated, so that rows cannot be compared by it");
    }
  }

  private static IllegalArgumentException refused(Table table, String why) {
    return new IllegalArgumentException("Cannot write to " + table.name() + ": " + why);
  }

  /** The names of the columns written. */
  public List<String> names() {
    return fields.stream().map(field -> schema.column(field).name()).toList();
  }

  /** How each column written gets there. */
  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (int field : fields) {
      Column column = schema.column(field);
      routes.add(Route.of(column.type(), table.column(column.name())).orElseThrow());
    }
    return routes;
  }

  /** The encoders to the columns that {@code COPY} writes. */
  FieldEncoder[] encoders() {
    List<Route> routes = routes();
    FieldEncoder[] encoders = new FieldEncoder[fields.size()];
    for (int i = 0; i < encoders.length; i++) {
      BlockType type = schema.column(fields.get(i)).type();
      encoders[i] = FieldEncoder.of(type, routes.get(i).into()).orElseThrow();
    }
    return encoders;
  }
}
