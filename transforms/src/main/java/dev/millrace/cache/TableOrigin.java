// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.KeyedRead;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableName;
import dev.millrace.dialect.TableRead;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table, or a query.
 *
 * @param table or view; of a query a name for it
 * @param query null for the table
 */
record TableOrigin(ConnectionSpec spec, TableName table, @Nullable String query)
    implements LookupOrigin {

  @Override
  public Plan plan(LookupOptions options) {
    Table described = describe();
    List<String> key = options.key.isEmpty() ? ownKey(described, options.asOf) : options.key;
    List<String> columns =
        options.columns.isEmpty() ? others(described, key, options.asOf) : options.columns;
    return new Plan(source(described, key, columns, options), columns);
  }

  private Table describe() {
    try (Connection connection = spec.connect("plan a lookup in " + name())) {
      return query == null
          ? Catalog.describe(connection, table)
          : Catalog.describeQuery(connection, query);
    } catch (SQLException failure) {
      throw new IllegalStateException(
          "Cannot look up in " + name() + ": " + failure.getMessage(), failure);
    }
  }

  private String name() {
    return query == null ? table.toString() : table.name();
  }

  /** As the server has it. */
  private String name(Table described) {
    return query == null ? described.name().toString() : table.name();
  }

  private List<String> ownKey(Table described, @Nullable AsOf asOf) {
    List<String> key =
        described
            .rowKey()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Cannot look up in "
                            + name(described)
                            + ": it has no primary key, nor a unique index over columns that are"
                            + " NOT NULL; name the columns of the key"));
    return asOf == null
        ? key
        : key.stream().filter(column -> !column.equals(asOf.since())).toList();
  }

  private static List<String> others(Table described, List<String> key, @Nullable AsOf asOf) {
    return described.names().stream()
        .filter(name -> !key.contains(name) && (asOf == null || !name.equals(asOf.since())))
        .toList();
  }

  private TableSource source(
      Table described, List<String> key, List<String> columns, LookupOptions options) {
    Set<String> values = new LinkedHashSet<>(columns);
    AsOf asOf = options.asOf;
    if (asOf != null) {
      values.add(asOf.since());
    }
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot look up in " + name(described) + ": it has no column beside its key " + key);
    }
    Set<String> all = new LinkedHashSet<>(key);
    all.addAll(values);
    TableRead read = TableRead.of(described, List.copyOf(all), options.where);
    return new TableSource(
        spec,
        KeyedRead.of(query == null ? read : read.from(query), key),
        read.schema().project(List.copyOf(values)),
        asOf == null ? null : asOf.since(),
        options.check);
  }
}
