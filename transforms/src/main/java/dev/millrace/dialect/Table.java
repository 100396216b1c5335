// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A table, view or other relation, as the catalog has it.
 *
 * @param name schema and name
 * @param kind where its rows are
 * @param pages of the file, 0 when not a heap
 * @param bytes of its rows on disk, values stored out of line included; 0 when not a heap
 * @param outOfLine bytes on disk of values stored out of line, those of children included; -1 when
 *     not known
 * @param columns in the table's order
 * @param keys the columns of each unique, complete, immediate index, the primary key first
 * @param serverVersion as in 180003
 * @param rowSecurity whether policies apply to this session's role, so that {@code COPY} into it is
 *     refused
 */
public record Table(
    TableName name,
    Kind kind,
    long pages,
    long bytes,
    long outOfLine,
    List<TableColumn> columns,
    List<TableKey> keys,
    int serverVersion,
    boolean rowSecurity)
    implements Serializable {

  /** Where the rows of a relation are. */
  public enum Kind {
    /** In pages of one file: an ordinary table or materialized view without children. */
    HEAP,
    /** In several heaps: a partitioned table, or one with children. */
    HEAPS,
    /** Nowhere that this server can point at: a view, a foreign table. */
    VIEW
  }

  public Table {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
  }

  public boolean heap() {
    return kind == Kind.HEAP;
  }

  /**
   * A column by name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public TableColumn column(String column) {
    return find(column)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid column: "
                        + column
                        + " (must be one of "
                        + name
                        + ": "
                        + names()
                        + ")"));
  }

  public Optional<TableColumn> find(String column) {
    return columns.stream().filter(each -> each.name().equals(column)).findFirst();
  }

  /** Whether the columns, in any order, are those of a unique index. */
  public boolean hasKey(List<String> names) {
    return keys.stream().anyMatch(key -> key.isOf(names));
  }

  /** Whether rows that hold a NULL in the same of these columns can collide in a unique index. */
  boolean nullsCollide(List<String> names) {
    return keys.stream().anyMatch(key -> key.nullsEqual() && key.isOf(names));
  }

  /** The first key none of whose columns may be NULL. */
  public Optional<List<String>> rowKey() {
    return keys.stream()
        .map(TableKey::columns)
        .filter(key -> key.stream().noneMatch(column -> column(column).nullable()))
        .findFirst();
  }

  public List<String> names() {
    return columns.stream().map(TableColumn::name).toList();
  }
}
