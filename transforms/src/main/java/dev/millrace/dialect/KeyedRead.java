// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockType;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.core.Oid;

/**
 * Reads the rows of a table that have some keys, all in one query. Immutable and safe to share
 * between threads.
 */
public final class KeyedRead implements Serializable {

  /**
   * @param reference in SQL
   * @param sqlType of the values that it is compared with
   */
  private record KeyColumn(String name, String reference, String sqlType, KeyType type)
      implements Serializable {}

  private final TableRead read;
  private final List<KeyColumn> key;

  private KeyedRead(TableRead read, List<KeyColumn> key) {
    this.read = read;
    this.key = key;
  }

  /**
   * Reads by a key.
   *
   * @param key one or more of the columns read
   * @throws IllegalArgumentException when a column is not read, or is of a type for which this JVM
   *     cannot tell equal values as the server does
   */
  public static KeyedRead of(TableRead read, List<String> key) {
    List<KeyColumn> columns = new ArrayList<>();
    for (String name : key) {
      TableColumn column = read.table().column(name);
      BlockType type = read.schema().column(read.schema().indexOf(name)).type();
      KeyType known =
          KeyType.of(type, column.type() == Oid.BPCHAR)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "Invalid key column: "
                              + name
                              + " of "
                              + read.name()
                              + ", a "
                              + column.typeName()
                              + " (must be a whole number, numeric, text, uuid, date or"
                              + " timestamp)"));
      // The labels of an enum: a text that is none of them would be an error, and not in no row.
      String plain = "t." + Sql.identifier(name);
      boolean label = column.shape().transport() == Shape.Transport.LABEL;
      columns.add(
          new KeyColumn(name, label ? plain + "::text" : plain, sqlType(column, type), known));
    }
    return new KeyedRead(read, columns);
  }

  /** A type that no value is too long or too great for: such a one is in no row, and no error. */
  private static String sqlType(TableColumn column, BlockType type) {
    return switch (type.kind()) {
      case INT16, INT32, INT64 -> "bigint";
      case TEXT -> column.type() == Oid.BPCHAR ? "bpchar" : "text";
      default -> PgType.sql(type);
    };
  }

  public TableRead read() {
    return read;
  }

  /** The key's columns, in order. */
  public List<String> key() {
    return key.stream().map(KeyColumn::name).toList();
  }

  /**
   * What the server is given of a value, which is not NULL; the same for two that it takes for
   * equal.
   *
   * @param part which column of the key, from 0
   * @param column that the value is in
   */
  public String text(int part, BlockColumn column, int row) {
    return key.get(part).type().text(column, row);
  }

  /**
   * Appends a value, which is not NULL, in the form that {@link KeyType#write} says.
   *
   * @param part which column of the key, from 0
   * @param column that the value is in
   */
  public void write(int part, BlockColumn column, int row, ByteArrayOutputStream out) {
    key.get(part).type().write(column, row, out);
  }

  /** Whether values of a type can be looked for in a column of the key. */
  public boolean accepts(int part, BlockType type) {
    KeyType wanted = key.get(part).type();
    return KeyType.of(type, wanted == KeyType.PADDED_TEXT).filter(wanted::equals).isPresent();
  }

  /**
   * The rows that have one of some keys.
   *
   * @param keys of each a text for each column, in order, as {@link #text} wrote it
   */
  public String query(List<List<String>> keys) {
    List<String> columns = new ArrayList<>();
    List<String> arrays = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      int part = i;
      columns.add(key.get(i).reference());
      arrays.add(array(keys.stream().map(each -> each.get(part)).toList(), key.get(i).sqlType()));
    }
    return read.query(
        key.size() == 1
            ? columns.get(0) + " = ANY (" + arrays.get(0) + ")"
            : "(%s) IN (SELECT * FROM unnest(%s))"
                .formatted(String.join(", ", columns), String.join(", ", arrays)));
  }

  private static String array(List<String> values, String type) {
    String elements =
        values.stream()
            .map(value -> '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
            .collect(Collectors.joining(","));
    return Sql.literal("{" + elements + "}") + "::" + type + "[]";
  }
}
