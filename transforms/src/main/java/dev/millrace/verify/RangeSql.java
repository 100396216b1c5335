// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.dialect.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Ranges of one of two tables in SQL: what to select from, and which rows. The table is {@code t}.
 */
final class RangeSql {

  /** Up to so many ranges an index serves as well as it can; beyond, a tree finds them sooner. */
  private static final int RANGES_BY_INDEX = 64;

  private final Scale scale;
  private final Table table;
  private final String where;
  private final List<String> place;
  private final String digest;

  /** The name of the digest of a row's key where it is computed before all else. */
  private final String computed;

  /**
   * @param where a condition on all rows; empty for none
   * @param place the terms of the scale
   * @param digest of a row's key, a bigint
   */
  RangeSql(Scale scale, Table table, String where, List<String> place, String digest) {
    this.scale = scale;
    this.table = table;
    this.where = where;
    this.place = place;
    this.digest = digest;
    String name = "millrace_place";
    while (table.find(name).isPresent()) {
      name += "_";
    }
    this.computed = name;
  }

  /** The table itself. */
  String table() {
    return (table.heap() ? "ONLY " : "") + table.name().sql();
  }

  /** The table; with the digests of keys computed once for each row, if rows are found by them. */
  String from(List<KeyRange> ranges) {
    String plain = table() + " AS t";
    return isComputed(ranges)
        ? "(SELECT t.*, "
            + place.get(0)
            + " AS "
            + computed
            + " FROM "
            + plain
            + " WHERE "
            + and("true")
            + " OFFSET 0) AS t"
        : plain;
  }

  /** The terms of the scale, for what comes {@link #from} ranges. */
  List<String> place(List<KeyRange> ranges) {
    return isComputed(ranges) ? List.of("t." + computed) : place;
  }

  /** The digest of a row's key. */
  String digest() {
    return digest;
  }

  private boolean isComputed(List<KeyRange> ranges) {
    boolean all =
        ranges.get(0).parts() == 1 && KeyRange.joined(ranges).equals(List.of(KeyRange.ALL));
    return scale.by() == Scale.By.DIGEST && !all;
  }

  /**
   * The number of a row's range.
   *
   * @param ranges in order, and all parts of each
   * @param at the place of the row
   * @param digest of its key
   */
  String number(List<KeyRange> ranges, List<String> at, String digest) {
    int parts = ranges.get(0).parts();
    String whole = new RangeTree(scale, at).number(whole(ranges));
    return parts == 1
        ? whole
        : "(%s) * %d + (%s & %d)::int".formatted(whole, parts, digest, parts - 1);
  }

  /** The condition of the comparison, and that a row lies in one of some ranges. */
  String within(List<KeyRange> ranges) {
    List<KeyRange> wholes = whole(ranges);
    String whole = withinWhole(wholes);
    int parts = ranges.get(0).parts();
    if (ranges.size() == parts * wholes.size()) {
      return isComputed(ranges) ? whole : and(whole);
    }
    Map<KeyRange, Integer> order = new HashMap<>();
    wholes.forEach(each -> order.put(each, order.size()));
    String numbers =
        ranges.stream()
            .map(each -> order.getOrDefault(each.whole(), 0) * parts + each.part())
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    String number = number(ranges, place(ranges), digest);
    String part = whole + " AND " + number + " IN (" + numbers + ")";
    return isComputed(ranges) ? part : and(part);
  }

  private static List<KeyRange> whole(List<KeyRange> ranges) {
    Set<KeyRange> whole = new LinkedHashSet<>();
    ranges.forEach(range -> whole.add(range.whole()));
    return List.copyOf(whole);
  }

  private String withinWhole(List<KeyRange> ranges) {
    List<KeyRange> joined = KeyRange.joined(ranges);
    boolean nulls = !scale.hasNulls() || ranges.contains(KeyRange.NULLS);
    if (joined.equals(List.of(KeyRange.ALL)) && nulls) {
      return "true";
    }
    List<String> at = place(ranges);
    if (scale.by() == Scale.By.DIGEST || joined.size() > RANGES_BY_INDEX) {
      return "(" + new RangeTree(scale, at).isWithin(joined, nulls) + ")";
    }
    List<String> either = new ArrayList<>();
    for (KeyRange range : joined) {
      either.add(withinOne(range, at));
    }
    if (nulls && scale.hasNulls()) {
      either.add(scale.isNull(at));
    }
    return "(" + String.join(" OR ", either) + ")";
  }

  private String withinOne(KeyRange range, List<String> at) {
    List<String> conditions = new ArrayList<>();
    if (range.low() != null) {
      conditions.add(scale.isAbove(at, range.low()));
    }
    if (range.high() != null) {
      conditions.add(scale.isBelow(at, range.high()));
    }
    if (scale.hasNulls()) {
      conditions.add("NOT " + scale.isNull(at));
    }
    return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
  }

  /** The condition of the comparison, and another. */
  String and(String condition) {
    // The line break ends a comment that the condition may end with.
    return where.isEmpty() ? condition : "(" + where + "\n) AND " + condition;
  }
}
