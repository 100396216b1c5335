// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Difference.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares two tables, level by level.
 *
 * <ol>
 *   <li>Both databases count and sum up their rows by range, in one pass over each table.
 *   <li>Ranges that differ are cut finer and summed up again, as long as that at least halves the
 *       rows that are left. If it does not, since rows differ here and there in all of them, they
 *       are cut once more by the digests of their keys, into many more parts.
 *   <li>A range in which only one side has rows needs no further look: all of them differ.
 *   <li>Of the other ranges, keys and digests are fetched, both sides in one order, and merged.
 * </ol>
 */
final class Comparison {

  /** Queries for rows at most: where no index serves, each is a pass over the table. */
  private static final int BATCHES = 64;

  /** Rows that differ in a part, at most: of as many parts as remain equal it is worth to know. */
  private static final double SPARSE = 0.5;

  private final Sides sides;
  private final TablePair pair;
  private final Scale scale;
  private final Both<SideSql> sql;
  private final Cuts cuts;
  private final Effort effort;
  private final Findings findings;
  private final @Nullable DifferenceSink also;

  /**
   * @param also told of every difference as well; null for nobody
   */
  Comparison(
      Sides sides,
      TablePair pair,
      Scale scale,
      Both<SideSql> sql,
      Cuts cuts,
      Effort effort,
      int limit,
      @Nullable DifferenceSink also) {
    this.sides = sides;
    this.pair = pair;
    this.scale = scale;
    this.sql = sql;
    this.cuts = cuts;
    this.effort = effort;
    this.findings = new Findings(limit);
    this.also = also;
  }

  /**
   * What was found, and where.
   *
   * @param unequal the ranges given that differ
   */
  record Result(Verification verification, List<KeyRange> unequal) {}

  /** Compares the rows of ranges, which come in order. */
  Result run(List<KeyRange> ranges) throws SQLException {
    List<Compared> level = sums(ranges);
    Both<RangeSum> total = Compared.total(level);
    List<Compared> unequal = level.stream().filter(Compared::differs).toList();
    List<Compared> open = settle(unequal);
    while (areMany(open) && Compared.rows(open) <= Compared.rows(level) / 2) {
      level = sums(cuts.finer(open));
      open = narrowed(open, level);
    }
    if (areMany(open)) {
      open = scattered(open);
    }
    for (List<Compared> batch : batches(open)) {
      merge(batch);
    }
    if (pair.isKeyed()) {
      new ColumnNames(sides, pair, sql).addTo(findings);
    }
    return new Result(
        verification(total, ranges.size(), unequal),
        unequal.stream().map(Compared::range).toList());
  }

  private boolean areMany(List<Compared> ranges) {
    return Compared.rows(ranges) > effort.fewRows();
  }

  /** What is left of ranges after their parts were summed up. */
  private List<Compared> narrowed(List<Compared> ranges, List<Compared> parts) throws SQLException {
    requireSame(Compared.total(ranges), Compared.total(parts));
    return settle(parts.stream().filter(Compared::differs).toList());
  }

  /**
   * Cuts ranges by digest. Not if so many rows differ that all parts would: one range, if it is not
   * too long to look at whole, tells for the others.
   */
  private List<Compared> scattered(List<Compared> ranges) throws SQLException {
    List<Compared> others = new ArrayList<>(ranges);
    Compared one = ranges.get(ranges.size() / 2);
    double share = 0;
    if (one.rows() <= effort.batchRows()) {
      long before = findings.total();
      merge(List.of(one));
      share = (double) (findings.total() - before) / one.rows();
      others.remove(one);
    }
    if (others.isEmpty()) {
      return others;
    }
    List<KeyRange> parts = cuts.parts(others);
    double perPart = share * Compared.rows(others) / parts.size();
    return perPart < SPARSE && parts.size() > others.size()
        ? narrowed(others, sums(parts))
        : others;
  }

  private List<Compared> sums(List<KeyRange> ranges) throws SQLException {
    Both<List<RangeSum>> sums =
        sides.ask(
            () -> sides.source().sums(sql.source(), ranges),
            () -> sides.target().sums(sql.target(), ranges));
    List<Compared> compared = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      compared.add(new Compared(ranges.get(i), sums.source().get(i), sums.target().get(i)));
    }
    return compared;
  }

  /** Counts the rows of one-sided ranges if they are many, and returns the other ranges. */
  private List<Compared> settle(List<Compared> ranges) throws SQLException {
    long oneSided = Compared.rows(ranges.stream().filter(Compared::isOneSided).toList());
    // The copy of a row may have another cursor, and so lie in another window.
    long few = scale.keepsKeysTogether() ? effort.fewRows() : effort.batchRows();
    if (also != null || oneSided <= few) {
      return ranges;
    }
    List<Compared> open = new ArrayList<>();
    for (Compared range : ranges) {
      if (!range.isOneSided()) {
        open.add(range);
      } else {
        long unsynced = range.source().unsynced();
        settle(Kind.MISSING, range.range(), range.source().rows() - unsynced);
        settle(Kind.NOT_YET_SYNCED, range.range(), unsynced);
        settle(Kind.EXTRA, range.range(), range.target().rows());
      }
    }
    return open;
  }

  private void settle(Kind kind, KeyRange range, long rows) throws SQLException {
    int wanted = findings.wanted(kind);
    if (rows > 0 && wanted > 0) {
      boolean unsynced = kind == Kind.NOT_YET_SYNCED;
      List<List<@Nullable String>> keys =
          kind == Kind.EXTRA
              ? sides.target().texts(sql.target().names(range, unsynced, wanted))
              : sides.source().texts(sql.source().names(range, unsynced, wanted));
      keys.forEach(key -> findings.name(kind, key));
    }
    findings.count(kind, rows);
  }

  private List<List<Compared>> batches(List<Compared> ranges) {
    long size = Math.max(effort.batchRows(), Compared.rows(ranges) / BATCHES);
    List<List<Compared>> batches = new ArrayList<>();
    List<Compared> batch = new ArrayList<>();
    for (Compared range : ranges) {
      if (!batch.isEmpty() && Compared.rows(batch) + range.rows() > size) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(range);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  private void merge(List<Compared> batch) throws SQLException {
    List<KeyRange> ranges = batch.stream().map(Compared::range).toList();
    Both<RowStream> rows =
        sides.ask(
            () -> sides.source().rows(sql.source(), ranges),
            () -> sides.target().rows(sql.target(), ranges));
    try (RowStream source = rows.source();
        RowStream target = rows.target()) {
      new Merge(source, target, this::found).run();
      requireSame(Compared.total(batch), new Both<>(source.sum(), target.sum()));
    }
  }

  private void found(Kind kind, List<@Nullable String> key, long rows) throws SQLException {
    findings.found(kind, key, rows);
    if (also != null) {
      also.found(kind, key, rows);
    }
  }

  /** Both looks were at one snapshot. */
  private void requireSame(Both<RangeSum> first, Both<RangeSum> second) {
    boolean same =
        first.source().hasEqualRows(second.source())
            && first.target().hasEqualRows(second.target());
    if (!same) {
      throw new IllegalStateException(
          "Cannot verify "
              + pair
              + ": its rows were not the same when looked at twice in one transaction, as with a view or"
              + " a condition that gives something else each time, or a pooler between two servers");
    }
  }

  private Verification verification(Both<RangeSum> total, int ranges, List<Compared> unequal) {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    List<Difference> named = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      counts.put(kind, findings.count(kind));
      named.addAll(Difference.sorted(findings.of(kind)));
    }
    return new Verification(
        total.source().rows(),
        total.target().rows(),
        total.source().hex(),
        total.target().hex(),
        ranges,
        unequal.stream()
            .map(
                each ->
                    new RangeResult(
                        scale.label(each.range()), each.source().rows(), each.target().rows()))
            .toList(),
        counts,
        named,
        sides.source().busy().toNanos() / 1e9,
        sides.target().busy().toNanos() / 1e9);
  }
}
