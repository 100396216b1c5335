// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.verify;

import dev.millrace.verify.Comparison.Result;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares a table with its copy, each as it is at one moment, down to the keys that differ.
 *
 * <p>The databases do the work, both at the same time; here arrive a count and a sum for each of
 * some hundred ranges, and keys and digests of the rows of those that differ. So it is no pipeline:
 * no runner would spread it any further, nor hold the two snapshots. Memory is bounded whatever the
 * tables and their differences; each side takes one connection, and for a moment a second one now
 * and then.
 *
 * <p>Used by one thread, but for {@link #cancel}.
 */
public final class Verify implements AutoCloseable {

  private final VerifyOptions options;
  private final Sides sides;
  private final TablePair pair;
  private final Scale scale;
  private final Both<SideSql> sql;
  private final Effort effort;
  private final Cuts cuts;

  private Verify(VerifyOptions options, Sides sides, TablePair pair, Scale scale, Effort effort) {
    this.options = options;
    this.sides = sides;
    this.pair = pair;
    this.scale = scale;
    this.sql = SideSql.of(pair, scale, options);
    this.effort = effort;
    this.cuts = new Cuts(sides, sql, scale, options.window(), effort);
  }

  /**
   * Connects, looks at both tables and takes both snapshots, the target's first.
   *
   * @throws IllegalArgumentException when a table or column does not exist, or there are no windows
   *     of the cursor
   * @throws SQLException when a server does not answer or refuses
   */
  public static Verify open(VerifyOptions options) throws SQLException {
    return open(options, Effort.USUAL);
  }

  static Verify open(VerifyOptions options, Effort effort) throws SQLException {
    Sides sides = Sides.open(options.source(), options.target());
    try {
      TablePair pair = TablePair.of(sides.connections(), options);
      return new Verify(options, sides, pair, Scale.of(pair, options), effort);
    } catch (SQLException | RuntimeException failure) {
      sides.close();
      throw failure;
    }
  }

  /** The columns that tell rows apart; empty when nothing does, and keys cannot be named. */
  public List<String> key() {
    return pair.keyNames();
  }

  /** The columns that are compared. */
  public List<String> columns() {
    return pair.columnNames();
  }

  /** What the rows are cut into ranges by, for people. */
  public String order() {
    return switch (scale.by()) {
      case KEY -> "ranges of " + scale;
      case DIGEST -> "ranges of the " + scale;
      case WINDOW -> "windows of " + scale;
    };
  }

  /** Whether an index can find the rows of a range. */
  public boolean isIndexable() {
    return scale.by() != Scale.By.DIGEST;
  }

  /** How many rows the source's planner expects. */
  public long expectedRows() throws SQLException {
    return sides.source().estimate(sql.source().estimate());
  }

  /**
   * Compares all rows.
   *
   * @throws IllegalStateException when a view gives other rows each time it is asked
   * @throws SQLException when a server fails or no longer answers
   */
  public Verification compare() throws SQLException {
    return compare(null, null).verification();
  }

  TablePair pair() {
    return pair;
  }

  /**
   * Compares the rows of ranges.
   *
   * @param ranges null for all
   * @param sink told of each difference; null for nobody
   */
  Result compare(@Nullable List<KeyRange> ranges, @Nullable DifferenceSink sink)
      throws SQLException {
    try {
      return new Comparison(sides, pair, scale, sql, cuts, effort, options.limit(), sink)
          .run(ranges == null ? cuts.first() : ranges);
    } catch (SQLException failure) {
      throw sides.explained(failure);
    }
  }

  /** Ends a comparison that is under way: it fails. From any thread. */
  public void cancel() throws SQLException {
    sides.cancel();
  }

  @Override
  public void close() throws SQLException {
    sides.close();
  }
}
