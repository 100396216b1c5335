// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.control.ByteSize;
import dev.millrace.dialect.Catalog;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableRead;
import dev.millrace.ledger.Interval;
import dev.millrace.ledger.KeyOrder;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.LedgerJob;
import dev.millrace.ledger.Position;
import dev.millrace.ledger.SplitRecord;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cuts a read into splits, from what the server knows of the table's size. */
final class ReadPlanner {

  /**
   * Splits for each worker thread. Runners place splits once and move none, so that there must be
   * enough of them to even out.
   */
  private static final int SPLITS_PER_THREAD = 8;

  /** TID range scans came with this version; before it a range of pages costs a whole scan. */
  private static final int PAGE_RANGES_SINCE = 140000;

  /**
   * Keys to look at when choosing where to cut: some hundreds for each of some dozens of splits.
   */
  private static final int SAMPLE = 20_000;

  /** So that a call, which reads some blocks, reads about as many. */
  private static final int STEPS_PER_BLOCK = 2;

  private static final Pattern PLAN =
      Pattern.compile("\"Plan Rows\": (\\d+),\\s*\"Plan Width\": (\\d+)");

  private final Connection connection;
  private final TableRead read;
  private final ByteSize blockSize;
  private final int parallelism;

  ReadPlanner(Connection connection, TableRead read, ByteSize blockSize, int parallelism) {
    this.connection = connection;
    this.read = read;
    this.blockSize = blockSize;
    this.parallelism = parallelism;
  }

  /**
   * @param key to read by, when not by page; empty for the table's own
   */
  ReadPlan plan(@Nullable SnapshotRef snapshot, List<String> key) throws SQLException {
    Estimate estimate = estimate("true");
    boolean pages =
        snapshot != null
            && read.table().heap()
            && key.isEmpty()
            && (read.where().isEmpty() || read.table().rowKey().isEmpty())
            && read.table().serverVersion() >= PAGE_RANGES_SINCE;
    if (pages) {
      return new ReadPlan(
          read,
          null,
          null,
          pageSplits(),
          estimate.rows(),
          (double) read.table().bytes() / Math.max(1, read.table().pages()),
          new ReadSession(snapshot, true),
          blockSize);
    }
    KeySql sql = new KeySql(read, keyOrTables(key), null);
    return new ReadPlan(
        read,
        sql,
        null,
        keySplits(sql, estimate),
        estimate.rows(),
        estimate.width(),
        new ReadSession(snapshot),
        blockSize);
  }

  /**
   * Begins an attempt of a job, and plans to read what is left of it.
   *
   * @param key to read by; empty for the table's own
   * @param begin told what is read, by which order, and how to cut it when that is new
   */
  ReadPlan resume(@Nullable SnapshotRef snapshot, List<String> key, JobStart begin)
      throws SQLException {
    KeyOrder order = order(keyOrTables(key));
    KeySql sql = new KeySql(read, order.names(), order);
    LedgerJob job =
        begin.begin(
            sql,
            () -> {
              requireNoNull(sql);
              return cut(sql, Interval.ALL);
            });
    return left(snapshot, sql, job.ledger(order), job.splits());
  }

  /**
   * Plans to read what a ledger does not have.
   *
   * @param splits all of the window's, in order; none when it is done long since
   */
  ReadPlan left(@Nullable SnapshotRef snapshot, KeySql sql, Ledger ledger, List<SplitRecord> splits)
      throws SQLException {
    Interval whole =
        splits.isEmpty()
            ? Interval.ALL
            : new Interval(
                splits.get(0).range().low(), splits.get(splits.size() - 1).range().high());
    Estimate estimate = estimate(sql.between(whole));
    long written = splits.stream().mapToLong(SplitRecord::rows).sum();
    List<Split> left = new ArrayList<>();
    for (SplitRecord split : splits) {
      if (!split.isDone()) {
        left.add(new Split(Integer.toString(split.split()), Range.Gaps.UNKNOWN));
      }
    }
    return new ReadPlan(
        read,
        sql,
        ledger,
        left,
        Math.max(0, estimate.rows() - written),
        estimate.width(),
        new ReadSession(snapshot),
        blockSize);
  }

  KeyOrder order(List<String> key) throws SQLException {
    return KeyOrder.of(read, key, Catalog.bytewise(connection, read.table().name()));
  }

  /** A key, or the table's own when none is given. */
  List<String> keyOrTables(List<String> key) {
    return key.isEmpty() ? tableKey() : key;
  }

  /** Begins an attempt of a job. */
  @FunctionalInterface
  interface JobStart {
    LedgerJob begin(KeySql sql, LedgerJob.Cuts cuts) throws SQLException;
  }

  /** Cuts an interval into parts that one thread each reads. */
  List<Interval> cut(KeySql sql, Interval whole) throws SQLException {
    Estimate estimate = estimate(sql.between(whole));
    int count = splits(estimate.bytes());
    List<Position> cuts = List.of();
    if (count > 1) {
      long rows = Math.max(1, estimate.rows());
      String sample = sql.sampleKeys(whole, (double) SAMPLE / rows, samplesPages(rows));
      cuts = KeySample.cuts(sql.positions(connection, sample), count);
    }
    List<Interval> intervals = new ArrayList<>();
    @Nullable Position low = whole.low();
    for (Position high : cuts) {
      intervals.add(new Interval(low, high));
      low = high;
    }
    intervals.add(new Interval(low, whole.high()));
    return intervals;
  }

  private void requireNoNull(KeySql sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql.anyNull())) {
      found.next();
      if (found.getBoolean(1)) {
        throw new IllegalArgumentException(
            "Cannot keep a ledger of "
                + read.table().name()
                + " by "
                + sql.key()
                + ": some rows have NULL there; name columns that are never NULL as the key");
      }
    }
  }

  private List<String> tableKey() {
    Table table = read.table();
    return table
        .rowKey()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Cannot read "
                        + table.name()
                        + " in parts: it has no primary key or unique index over columns that are"
                        + " NOT NULL; name the columns to read it by, as a key"));
  }

  /** How many rows the server's planner expects of the whole table. */
  long rows() throws SQLException {
    return estimate("true").rows();
  }

  /** The planner's idea of the rows and of their width in bytes. */
  private record Estimate(long rows, long width) {
    long bytes() {
      return rows * width;
    }
  }

  private Estimate estimate(String condition) throws SQLException {
    return estimateOf(read.query(condition));
  }

  private Estimate estimateOf(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet plan = statement.executeQuery("EXPLAIN (FORMAT JSON) " + query)) {
      plan.next();
      Matcher top = PLAN.matcher(plan.getString(1));
      if (!top.find()) {
        throw new SQLException("Cannot plan the read of " + read.table().name() + ": no estimate");
      }
      return new Estimate(Long.parseLong(top.group(1)), Long.parseLong(top.group(2)));
    }
  }

  /** As many splits as keep all threads busy to the end, but none smaller than a block. */
  private int splits(long bytes) {
    return (int) Math.min(blocks(bytes), (long) SPLITS_PER_THREAD * parallelism);
  }

  private long blocks(long bytes) {
    return bytes / Math.max(1, blockSize.bytes()) + 1;
  }

  private List<Split> pageSplits() {
    long pages = Math.max(1, read.table().pages());
    int count = (int) Math.min(pages, splits(read.table().bytes()));
    List<Split> splits = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long from = pages * i / count;
      long to = pages * (i + 1) / count;
      splits.add(new Split("page " + from, Range.Pages.of(from, to, i == count - 1)));
    }
    return splits;
  }

  private List<Split> keySplits(KeySql sql, Estimate estimate) throws SQLException {
    int count = splits(estimate.bytes());
    List<Split> splits = new ArrayList<>();
    if (count == 1) {
      splits.add(new Split("keys 0", new Range.Keys(null, null)));
    } else {
      long steps = STEPS_PER_BLOCK * blocks(estimate.bytes());
      splits.addAll(sample(sql, estimate).splits(count, steps));
    }
    if (!sql.nullable().isEmpty()) {
      splits.add(new Split("keys NULL", new Range.NullKeys(false)));
    }
    return splits;
  }

  /**
   * A look at all keys that are read pays where it tells the calls how far to read, for each would
   * have the server look there.
   */
  private KeySample sample(KeySql sql, Estimate estimate) throws SQLException {
    boolean tellsSteps =
        !read.where().isEmpty() && blocks(estimate.bytes()) <= KeySample.steps(SAMPLE);
    boolean byPage =
        read.table().kind() != Table.Kind.VIEW && !tellsSteps && samplesPages(estimate.rows());
    double fraction = Math.min(1, (double) SAMPLE / Math.max(1, estimate.rows()));
    List<List<String>> keys = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql.sample(fraction, byPage))) {
      while (found.next()) {
        List<String> key = new ArrayList<>();
        for (int i = 1; i <= sql.key().size(); i++) {
          key.add(found.getString(i));
        }
        keys.add(key);
      }
    }
    return new KeySample(keys, fraction, byPage && fraction < 1);
  }

  /**
   * Whether to look at pages of the whole table, so many that enough of the rows that are read are
   * among them, rather than at all rows that are read: whichever are fewer.
   */
  private boolean samplesPages(long rows) throws SQLException {
    return read.where().isEmpty() || (double) rows * rows > (double) SAMPLE * tableRows();
  }

  /** How many rows the server's planner expects of the table without this read's condition. */
  private long tableRows() throws SQLException {
    return estimateOf("SELECT FROM " + read.from() + " AS t").rows();
  }
}
