// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Difference.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Looks at rows that are different once more, for the columns in which they are. */
final class ColumnNames {

  private final Sides sides;
  private final TablePair pair;
  private final Both<SideSql> sql;

  ColumnNames(Sides sides, TablePair pair, Both<SideSql> sql) {
    this.sides = sides;
    this.pair = pair;
    this.sql = sql;
  }

  void addTo(Findings findings) throws SQLException {
    List<Difference> different = findings.of(Kind.DIFFERENT);
    if (different.isEmpty()) {
      return;
    }
    KeySet set = new KeySet(pair);
    List<List<@Nullable String>> keys = different.stream().map(Difference::key).toList();
    Both<List<List<@Nullable String>>> rows =
        sides.ask(
            () -> sides.source().texts(sql.source().columns(set.condition(keys, true))),
            () -> sides.target().texts(sql.target().columns(set.condition(keys, false))));
    Map<List<@Nullable String>, List<List<@Nullable String>>> source = byKey(rows.source());
    Map<List<@Nullable String>, List<List<@Nullable String>>> target = byKey(rows.target());
    different.replaceAll(
        each ->
            each.withColumns(
                names(
                    source.getOrDefault(each.key(), List.of()),
                    target.getOrDefault(each.key(), List.of()))));
  }

  private Map<List<@Nullable String>, List<List<@Nullable String>>> byKey(
      List<List<@Nullable String>> rows) {
    int key = pair.key().size();
    Map<List<@Nullable String>, List<List<@Nullable String>>> byKey = new HashMap<>();
    for (List<@Nullable String> row : rows) {
      byKey
          .computeIfAbsent(row.subList(0, key), none -> new ArrayList<>())
          .add(row.subList(key, row.size()));
    }
    return byKey;
  }

  /** Nothing where a key has several rows: nobody can say which is whose copy. */
  private List<String> names(
      List<List<@Nullable String>> source, List<List<@Nullable String>> target) {
    List<String> names = new ArrayList<>();
    if (source.size() == 1 && target.size() == 1) {
      List<@Nullable String> one = source.get(0);
      List<@Nullable String> other = target.get(0);
      for (int i = 0; i < one.size(); i++) {
        if (!Objects.equals(one.get(i), other.get(i))) {
          names.add(pair.columnNames().get(i));
        }
      }
    }
    return names;
  }
}
