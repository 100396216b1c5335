// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableRead;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The SQL of reading by key. Conditions compare whole keys as rows, {@code (a, b) > (1, 'x')},
 * which an index on the key serves.
 *
 * @param read what is read
 * @param key its columns, in the order of the index
 */
record KeySql(TableRead read, List<String> key) implements Serializable {

  /** A condition for the keys above {@code low} and not above {@code high}. */
  String between(Range.Keys range) {
    List<String> conditions = new ArrayList<>();
    if (range.low() != null) {
      conditions.add(columns() + " > " + values(range.low()));
    }
    if (range.high() != null) {
      conditions.add(columns() + " <= " + values(range.high()));
    }
    if (conditions.isEmpty()) {
      conditions.add("true");
    }
    // A comparison with NULL is not true, so only an unbounded range would let NULLs in.
    conditions.add(notNull());
    return String.join(" AND ", conditions);
  }

  /** A condition for the rows that have no place in the key's order. */
  String someNull() {
    return nullable().isEmpty() ? "false" : "(" + isNull(" IS NULL", " OR ") + ")";
  }

  private String notNull() {
    return nullable().isEmpty() ? "true" : isNull(" IS NOT NULL", " AND ");
  }

  private String isNull(String test, String join) {
    return nullable().stream()
        .map(column -> "t." + Sql.identifier(column) + test)
        .collect(Collectors.joining(join));
  }

  List<String> nullable() {
    return key.stream().filter(column -> read.table().column(column).nullable()).toList();
  }

  /** The key of the n-th row of a range. */
  String nth(Range.Keys range, long n) {
    return "SELECT "
        + texts()
        + " FROM "
        + read.from()
        + " AS t WHERE "
        + read.and(between(range))
        + " ORDER BY "
        + order()
        + " OFFSET "
        + (n - 1)
        + " LIMIT 1";
  }

  /**
   * The keys, in order, of about a fraction of the rows.
   *
   * @param fraction above 0; all rows for 1 or more
   */
  String sample(double fraction) {
    boolean blocks = read.table().kind() != Table.Kind.VIEW;
    String sampled = blocks ? " TABLESAMPLE SYSTEM (" + 100 * fraction + ")" : "";
    String chosen = blocks ? notNull() : "random() < " + fraction + " AND " + notNull();
    return "SELECT "
        + texts()
        + " FROM "
        + read.from()
        + " AS t"
        + (fraction < 1 ? sampled : "")
        + " WHERE "
        + read.and(fraction < 1 ? chosen : notNull())
        + " ORDER BY "
        + order();
  }

  private String columns() {
    return "("
        + key.stream()
            .map(column -> "t." + Sql.identifier(column))
            .collect(Collectors.joining(", "))
        + ")";
  }

  private String values(List<String> position) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      values.add(Sql.literal(position.get(i)) + "::" + read.table().column(key.get(i)).typeName());
    }
    return "(" + String.join(", ", values) + ")";
  }

  private String texts() {
    return key.stream()
        .map(column -> "t." + Sql.identifier(column) + "::text")
        .collect(Collectors.joining(", "));
  }

  private String order() {
    return key.stream()
        .map(column -> "t." + Sql.identifier(column))
        .collect(Collectors.joining(", "));
  }
}
