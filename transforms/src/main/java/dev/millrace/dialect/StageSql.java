// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The SQL of writing through a staging table. Rows are inserted in the order of the key, so that
 * two writers take row locks in one order and cannot deadlock. Of rows with one key the newest
 * wins, if a column tells which that is, and else the last: the stage was empty, so that its
 * physical order is that of arrival. Rows whose key holds a NULL are equal to none and all stay,
 * unless the index says that NULLs are not distinct.
 */
final class StageSql {

  private final TableWrite write;
  private final List<String> names;
  private final List<Route> routes;

  StageSql(TableWrite write) {
    this.write = write;
    this.names = write.names();
    this.routes = write.routes();
  }

  /** A query of the stage's columns: as the target's, but those to be cast from another type. */
  String columns() {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = Sql.identifier(names.get(i));
      Route route = routes.get(i);
      columns.add(route.isCast() ? "NULL::" + route.into().typeName() + " AS " + name : name);
    }
    return "SELECT " + String.join(", ", columns) + " FROM " + write.table().name().sql();
  }

  /** The statement that takes all rows from the stage to the target. */
  String insert(String stage) {
    StringBuilder sql = new StringBuilder("INSERT INTO ").append(write.table().name().sql());
    sql.append(" AS old (")
        .append(Sql.identifiers(names))
        .append(") OVERRIDING SYSTEM VALUE SELECT ");
    String order = order();
    if (!order.isEmpty()) {
      sql.append("DISTINCT ON (").append(order).append(") ");
    }
    sql.append(names.stream().map(this::value).collect(Collectors.joining(", ")));
    sql.append(" FROM ").append(stage).append(" AS s");
    if (!order.isEmpty()) {
      sql.append(" ORDER BY ").append(order).append(newest()).append(", s.ctid DESC");
    }
    return sql.append(conflict()).toString();
  }

  /** What becomes of a row whose key is there; empty where rows are only added. */
  String conflict() {
    if (write.key().isEmpty()) {
      return "";
    }
    String key = Sql.identifiers(write.key());
    List<String> changed =
        names.stream().filter(name -> !write.key().contains(name)).map(Sql::identifier).toList();
    if (changed.isEmpty()) {
      return " ON CONFLICT (%s) DO NOTHING".formatted(key);
    }
    String changes =
        changed.stream()
            .map(name -> name + " = excluded." + name)
            .collect(Collectors.joining(", "));
    return " ON CONFLICT (%s) DO UPDATE SET %s%s".formatted(key, changes, condition(changed));
  }

  /** Under which a row is replaced; empty for always. */
  private String condition(List<String> changed) {
    List<String> conditions = new ArrayList<>();
    if (!write.newer().isEmpty()) {
      // Of rows as new as each other the later wins: a second look is as good as the first.
      String column = Sql.identifier(write.newer());
      conditions.add("(old.%1$s IS NULL OR old.%1$s <= excluded.%1$s)".formatted(column));
    }
    if (write.sparing()) {
      // By their bytes: 1.0 is not 1.00, and not every type has an equality.
      conditions.add(record("old", changed) + " *<> " + record("excluded", changed));
    }
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  private static String record(String of, List<String> columns) {
    return columns.stream()
        .map(column -> of + "." + column)
        .collect(Collectors.joining(", ", "ROW(", ")::record"));
  }

  private String newest() {
    return write.newer().isEmpty() ? "" : ", " + value(write.newer()) + " DESC NULLS LAST";
  }

  /** What makes a row of the stage one that replaces others; empty when none does. */
  private String order() {
    List<String> order = new ArrayList<>();
    List<String> nulls = new ArrayList<>();
    for (String column : write.key()) {
      order.add(value(column));
      if (write.table().column(column).nullable() && !write.table().nullsCollide(write.key())) {
        nulls.add(value(column) + " IS NULL");
      }
    }
    if (!nulls.isEmpty()) {
      order.add("CASE WHEN " + String.join(" OR ", nulls) + " THEN s.ctid END");
    }
    return String.join(", ", order);
  }

  private String value(String column) {
    Route route = routes.get(names.indexOf(column));
    String staged = "s." + Sql.identifier(column);
    return route.isCast() ? staged + "::" + route.cast() : staged;
  }
}
