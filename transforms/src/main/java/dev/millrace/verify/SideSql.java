// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.dialect.CanonicalText;
import dev.millrace.dialect.Sql;
import dev.millrace.dialect.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The SQL by which one of two tables is compared. Every query is over the table as {@code t}. */
final class SideSql {

  /** Of a table of which a larger part is sampled, few pages would be, and so few places. */
  private static final double PAGES_BELOW = 0.01;

  /** Characters of a row without a key that are shown. */
  private static final int SHOWN = 200;

  private final TablePair pair;
  private final Scale scale;
  private final Table table;
  private final RangeSql range;
  private final List<String> place;
  private final List<CanonicalColumn> identity;
  private final List<CanonicalColumn> columns;
  private final String unsynced;

  /**
   * A column as this side writes it.
   *
   * @param value whose output is the canonical text
   * @param text the same as text
   */
  private record CanonicalColumn(String value, String text) {

    static CanonicalColumn of(CanonicalText column, boolean source) {
      return source
          ? new CanonicalColumn(column.ofSource(), column.textOfSource())
          : new CanonicalColumn(column.ofTarget(), column.textOfTarget());
    }
  }

  private SideSql(TablePair pair, Scale scale, VerifyOptions options, boolean source) {
    this.pair = pair;
    this.scale = scale;
    this.table = source ? pair.source() : pair.target();
    this.place =
        scale.terms().stream().map(term -> source ? term.source() : term.target()).toList();
    this.identity =
        pair.identity().stream().map(column -> CanonicalColumn.of(column, source)).toList();
    this.columns =
        pair.columns().stream().map(column -> CanonicalColumn.of(column, source)).toList();
    String digest = pair.digest().halves(prepared(identity)).get(0);
    this.range = new RangeSql(scale, table, options.where(), place, digest);
    Synced synced = options.synced();
    this.unsynced =
        source && synced != null
            ? "coalesce(t."
                + Sql.identifier(synced.column())
                + " >= "
                + synced.literal()
                + ", false)"
            : "false";
  }

  static Both<SideSql> of(TablePair pair, Scale scale, VerifyOptions options) {
    return new Both<>(
        new SideSql(pair, scale, options, true), new SideSql(pair, scale, options, false));
  }

  /** The text of a row of some values: a NULL is nothing, what is empty stands in quotes. */
  static String record(List<String> values) {
    return "ROW(" + String.join(", ", values) + ")::text";
  }

  /**
   * For each range, by its number: rows, those not synced, and the two sums of their digests.
   *
   * @param ranges in order; all parts of each, if they are parts
   */
  String sums(List<KeyRange> ranges) {
    List<String> inner = new ArrayList<>(range.place(ranges));
    int terms = inner.size();
    inner.add(ranges.get(0).parts() == 1 ? "NULL::bigint" : range.digest());
    inner.add(unsynced);
    inner.add(prepared(columns));
    List<String> halves = pair.digest().halves(alias(terms + 3));
    return "SELECT "
        + range.number(ranges, aliases(terms), alias(terms + 1))
        + " AS b, count(*), count(*) FILTER (WHERE "
        + alias(terms + 2)
        + "), sum("
        + halves.get(0)
        + "), sum("
        + halves.get(1)
        + ") FROM "
        + once(inner, ranges)
        + " GROUP BY b";
  }

  /**
   * The rows of ranges, each as two halves of its key's digest and two of its own, whether it is
   * not synced, and the texts of its key; in the order of the halves, which is the same everywhere.
   */
  String rows(List<KeyRange> ranges) {
    List<String> inner = new ArrayList<>(List.of(prepared(identity), prepared(columns), unsynced));
    List<String> texts = names();
    inner.addAll(texts);
    List<String> outer = new ArrayList<>(pair.digest().halves(alias(1)));
    outer.addAll(pair.digest().halves(alias(2)));
    for (int i = 3; i <= inner.size(); i++) {
      outer.add(alias(i));
    }
    return "SELECT "
        + String.join(", ", outer)
        + " FROM "
        + once(inner, ranges)
        + " ORDER BY 1, 2, 3, 4";
  }

  /** The texts of the first keys of a range. */
  String names(KeyRange one, boolean notSynced, int limit) {
    return "SELECT "
        + String.join(", ", names())
        + " FROM "
        + range.from(List.of(one))
        + " WHERE "
        + range.within(List.of(one))
        + " AND "
        + (notSynced ? "" : "NOT ")
        + unsynced
        + (scale.by() == Scale.By.DIGEST ? "" : " ORDER BY " + String.join(", ", place))
        + " LIMIT "
        + limit;
  }

  /**
   * The texts of each row's key, and for each column half of a digest, of the rows of some keys.
   *
   * @param condition as {@link KeySet} makes it
   */
  String columns(String condition) {
    List<String> selected = new ArrayList<>(names());
    for (CanonicalColumn column : columns) {
      String prepared = pair.digest().prepared(record(List.of(column.value())));
      selected.add(pair.digest().halves(prepared).get(0));
    }
    return "SELECT "
        + String.join(", ", selected)
        + " FROM "
        + range.from(List.of(KeyRange.ALL))
        + " WHERE "
        + range.and(condition);
  }

  /** The places, in order and as texts, of some rows of ranges, each after its range's number. */
  String sample(List<KeyRange> ranges, double fraction) {
    return "SELECT "
        + new RangeTree(scale, place).number(ranges)
        + ", "
        + place.stream().map(term -> term + "::text").collect(Collectors.joining(", "))
        + " FROM "
        + range.from(ranges)
        + " WHERE "
        + range.within(ranges)
        + " AND NOT "
        + scale.isNull(place)
        + (fraction < 1 ? String.format(Locale.ROOT, " AND random() < %.12f", fraction) : "")
        + " ORDER BY 1, "
        + String.join(", ", place);
  }

  /** As {@link #sample} of all rows; of whole pages, if that gives enough of them. */
  String sampleAll(double fraction) {
    boolean few = fraction > PAGES_BELOW;
    if (table.kind() == Table.Kind.VIEW || few) {
      return sample(List.of(KeyRange.ALL), fraction);
    }
    return "SELECT 0, "
        + place.stream().map(term -> term + "::text").collect(Collectors.joining(", "))
        + " FROM "
        + range.table()
        + String.format(Locale.ROOT, " AS t TABLESAMPLE SYSTEM (%.12f)", 100 * fraction)
        + " WHERE "
        + range.and("NOT " + scale.isNull(place))
        + " ORDER BY 1, "
        + String.join(", ", place);
  }

  /** The least and the greatest place that is neither NULL nor infinite. */
  String extremes() {
    String term = place.get(0);
    return "SELECT min(%1$s)::text, max(%1$s)::text FROM %2$s WHERE %3$s"
        .formatted(term, range.from(List.of(KeyRange.ALL)), range.and("isfinite(" + term + ")"));
  }

  /** What the planner expects to find. */
  String estimate() {
    return "EXPLAIN (FORMAT JSON) SELECT FROM "
        + range.from(List.of(KeyRange.ALL))
        + " WHERE "
        + range.and("true");
  }

  private List<String> names() {
    return pair.isKeyed()
        ? identity.stream().map(CanonicalColumn::text).toList()
        : List.of("left(" + record(values(identity)) + ", " + SHOWN + ")");
  }

  private String prepared(List<CanonicalColumn> of) {
    return pair.digest().prepared(record(values(of)));
  }

  private static List<String> values(List<CanonicalColumn> columns) {
    return columns.stream().map(CanonicalColumn::value).toList();
  }

  /**
   * Expressions over the rows of ranges, evaluated once for each row however often they are used.
   *
   * <p>A planner that sees a simple subquery puts its expressions in the place of each use. The
   * second arm, which has no rows, keeps it from that; {@code OFFSET 0} would, too, but also keep
   * it from working in parallel.
   */
  private String once(List<String> expressions, List<KeyRange> ranges) {
    List<String> named = new ArrayList<>();
    for (int i = 0; i < expressions.size(); i++) {
      named.add(expressions.get(i) + " AS c" + (i + 1));
    }
    return "(SELECT "
        + String.join(", ", named)
        + " FROM "
        + range.from(ranges)
        + " WHERE "
        + range.within(ranges)
        + " UNION ALL SELECT "
        + "NULL, ".repeat(expressions.size() - 1)
        + "NULL WHERE false) AS r";
  }

  private static List<String> aliases(int count) {
    List<String> aliases = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      aliases.add(alias(i));
    }
    return aliases;
  }

  private static String alias(int number) {
    return "r.c" + number;
  }
}
