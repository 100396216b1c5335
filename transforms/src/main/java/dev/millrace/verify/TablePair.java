// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.dialect.CanonicalText;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.RowDigest;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableColumn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Two tables and what they are compared by.
 *
 * @param source the table
 * @param target its copy
 * @param key columns that tell rows apart; empty when only whole rows do
 * @param columns that are compared
 * @param bytewise columns whose texts both servers compare byte by byte
 * @param digest that both servers compute alike
 */
record TablePair(
    Table source,
    Table target,
    List<CanonicalText> key,
    List<CanonicalText> columns,
    Set<String> bytewise,
    RowDigest digest) {

  /** The first version with {@code trim_scale}. */
  private static final int SINCE = 130000;

  /**
   * Looks at both tables.
   *
   * @throws IllegalArgumentException when a table or column does not exist on both sides
   */
  static TablePair of(Both<Connection> connections, VerifyOptions options) throws SQLException {
    Table source = Catalog.describe(connections.source(), options.table());
    Table target = Catalog.describe(connections.target(), options.into());
    for (Table table : List.of(source, target)) {
      if (table.serverVersion() < SINCE) {
        throw new IllegalArgumentException(
            "Cannot verify %s: its server is PostgreSQL %d (must be 13 or later)"
                .formatted(table.name(), table.serverVersion() / 10_000));
      }
    }
    if (!options.cursor().isEmpty()) {
      inBoth(source, target, options.cursor());
    }
    Set<String> bytewise = new HashSet<>(Catalog.bytewise(connections.source(), source.name()));
    bytewise.retainAll(Catalog.bytewise(connections.target(), target.name()));
    return new TablePair(
        source,
        target,
        inBoth(source, target, options.key().isEmpty() ? key(source, target) : options.key()),
        inBoth(source, target, options.columns().isEmpty() ? source.names() : options.columns()),
        bytewise,
        RowDigest.agreed(connections.source(), connections.target()));
  }

  /** The key of the source, or of the target, that the other side has the columns of. */
  private static List<String> key(Table source, Table target) {
    return source
        .rowKey()
        .filter(key -> target.names().containsAll(key))
        .or(() -> target.rowKey().filter(key -> source.names().containsAll(key)))
        .orElse(List.of());
  }

  private static List<CanonicalText> inBoth(Table source, Table target, List<String> names) {
    List<CanonicalText> columns = new ArrayList<>();
    for (String name : names) {
      columns.add(inBoth(source, target, name));
    }
    return columns;
  }

  private static CanonicalText inBoth(Table source, Table target, String name) {
    TableColumn copy =
        target
            .find(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Cannot compare %s with %s: that has no column %s, but %s; name the columns to"
                                .formatted(source.name(), target.name(), name, target.names())
                            + " compare"));
    return new CanonicalText(source.column(name), copy);
  }

  CanonicalText column(String name) {
    return inBoth(source, target, name);
  }

  List<String> keyNames() {
    return key.stream().map(column -> column.source().name()).toList();
  }

  List<String> columnNames() {
    return columns.stream().map(column -> column.source().name()).toList();
  }

  /** Whether single rows can be named. */
  boolean isKeyed() {
    return !key.isEmpty();
  }

  /** What tells rows apart: the key, or all columns. */
  List<CanonicalText> identity() {
    return isKeyed() ? key : columns;
  }

  @Override
  public String toString() {
    return source.name() + " against " + target.name();
  }
}
