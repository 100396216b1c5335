// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row in which source and target differ.
 *
 * @param kind how
 * @param key texts of its key's columns, null for NULL; without a key the beginning of the row
 * @param columns that differ, of a row that is different; empty when more than one row has the key
 */
public record Difference(Kind kind, List<@Nullable String> key, List<String> columns) {

  /** How a row can differ. */
  public enum Kind {
    /** In the source only. */
    MISSING,
    /** In the target only, or there once more than in the source. */
    EXTRA,
    /** In both with one key and other contents. */
    DIFFERENT,
    /** Missing or different, and beyond what was synced: nothing is wrong with it. */
    NOT_YET_SYNCED
  }

  public Difference {
    columns = List.copyOf(columns);
  }

  Difference withColumns(List<String> names) {
    return new Difference(kind, key, names);
  }

  /** Keys in their order if they are numbers, else in that of their texts. */
  static final Comparator<Difference> BY_KEY =
      (a, b) -> {
        for (int i = 0; i < Math.min(a.key.size(), b.key.size()); i++) {
          int order = compare(a.key.get(i), b.key.get(i));
          if (order != 0) {
            return order;
          }
        }
        return 0;
      };

  private static int compare(@Nullable String a, @Nullable String b) {
    if (a == null || b == null) {
      return Boolean.compare(a == null, b == null);
    }
    int order = Boolean.compare(isShortNumber(b), isShortNumber(a));
    if (order != 0 || !isShortNumber(a)) {
      return order != 0 ? order : a.compareTo(b);
    }
    return Long.compare(Long.parseLong(a), Long.parseLong(b));
  }

  private static boolean isShortNumber(String text) {
    return text.matches("-?\\d{1,18}");
  }

  /** Those of one kind, sorted. */
  static List<Difference> sorted(List<Difference> differences) {
    List<Difference> sorted = new ArrayList<>(differences);
    sorted.sort(BY_KEY);
    return Collections.unmodifiableList(sorted);
  }
}
