// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.dialect.CanonicalText;
import dev.millrace.dialect.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keys as a condition in SQL over a table {@code t}, which an index on the key serves where the
 * types allow it. It holds for rows of exactly these keys, also where a collation calls other texts
 * equal.
 */
final class KeySet {

  private final List<CanonicalText> key;

  KeySet(TablePair pair) {
    this.key = pair.key();
  }

  /**
   * The condition.
   *
   * @param keys canonical texts of the key's columns, null for NULL
   */
  String condition(List<List<@Nullable String>> keys, boolean source) {
    List<List<@Nullable String>> whole =
        keys.stream().filter(each -> !each.contains(null)).toList();
    List<String> either = new ArrayList<>();
    if (!whole.isEmpty()) {
      either.add(amongst(whole, source));
    }
    for (List<@Nullable String> each : keys) {
      if (each.contains(null)) {
        either.add(equal(each, source));
      }
    }
    return either.isEmpty() ? "false" : "(" + String.join(" OR ", either) + ")";
  }

  private String amongst(List<List<@Nullable String>> keys, boolean source) {
    List<String> arrays = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String> tests = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      int column = i;
      String texts =
          keys.stream()
              .map(each -> Sql.literal(String.valueOf(each.get(column))))
              .collect(Collectors.joining(","));
      String name = "c" + (i + 1);
      arrays.add("ARRAY[" + texts + "]::text[]");
      names.add(name);
      tests.add(equal(key.get(i), "k." + name, source));
    }
    return "EXISTS (SELECT FROM unnest("
        + String.join(", ", arrays)
        + ") AS k("
        + String.join(", ", names)
        + ") WHERE "
        + String.join(" AND ", tests)
        + ")";
  }

  private String equal(List<@Nullable String> values, boolean source) {
    List<String> tests = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      String value = values.get(i);
      tests.add(
          value == null
              ? text(key.get(i), source) + " IS NULL"
              : equal(key.get(i), Sql.literal(value) + "::text", source));
    }
    return "(" + String.join(" AND ", tests) + ")";
  }

  private static String equal(CanonicalText column, String value, boolean source) {
    String exact = text(column, source) + " COLLATE \"C\" = " + value + " COLLATE \"C\"";
    Optional<KeyKind> kind = KeyKind.common(column.source(), column.target());
    if (kind.isEmpty()) {
      return exact;
    }
    String typed =
        "t." + Sql.identifier(column.source().name()) + " = " + value + "::" + kind.get().sql();
    return kind.get().isText() ? typed + " AND " + exact : typed;
  }

  private static String text(CanonicalText column, boolean source) {
    return source ? column.textOfSource() : column.textOfTarget();
  }
}
