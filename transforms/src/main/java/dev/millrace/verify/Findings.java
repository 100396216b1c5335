// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Difference.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts differences, all of them, and keeps the first of each kind. */
final class Findings implements DifferenceSink {

  private final int limit;
  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final Map<Kind, List<Difference>> named = new EnumMap<>(Kind.class);

  Findings(int limit) {
    this.limit = limit;
    for (Kind kind : Kind.values()) {
      counts.put(kind, 0L);
      named.put(kind, new ArrayList<>());
    }
  }

  @Override
  public void found(Kind kind, List<@Nullable String> key, long rows) {
    count(kind, rows);
    if (wanted(kind) > 0) {
      name(kind, key);
    }
  }

  /** How many more of a kind are to be named. */
  int wanted(Kind kind) {
    return limit - of(kind).size();
  }

  /** Counts rows without naming them. */
  void count(Kind kind, long rows) {
    counts.merge(kind, rows, Long::sum);
  }

  /** Names a row without counting it. */
  void name(Kind kind, List<@Nullable String> key) {
    of(kind).add(new Difference(kind, key, List.of()));
  }

  long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** Of all kinds. */
  long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Those named of a kind, to be changed in place. */
  List<Difference> of(Kind kind) {
    return named.computeIfAbsent(kind, none -> new ArrayList<>());
  }
}
