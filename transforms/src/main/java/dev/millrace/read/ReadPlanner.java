// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.control.ByteSize;
import dev.millrace.dialect.Table;
import dev.millrace.dialect.TableRead;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    ReadSession session = new ReadSession(snapshot);
    Estimate estimate = estimate();
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
          pageSplits(),
          estimate.rows(),
          (double) read.table().bytes() / Math.max(1, read.table().pages()),
          session,
          blockSize);
    }
    KeySql sql = new KeySql(read, key.isEmpty() ? tableKey() : key);
    return new ReadPlan(
        read, sql, keySplits(sql, estimate), estimate.rows(), estimate.width(), session, blockSize);
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

  /** The planner's idea of the rows and of their width in bytes. */
  private record Estimate(long rows, long width) {}

  private Estimate estimate() throws SQLException {
    String query = "EXPLAIN (FORMAT JSON) " + read.query("true");
    try (Statement statement = connection.createStatement();
        ResultSet plan = statement.executeQuery(query)) {
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
    long blocks = bytes / Math.max(1, blockSize.bytes()) + 1;
    return (int) Math.min(blocks, (long) SPLITS_PER_THREAD * parallelism);
  }

  private List<Split> pageSplits() {
    long pages = Math.max(1, read.table().pages());
    int count = (int) Math.min(pages, splits(read.table().bytes()));
    List<Split> splits = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long from = pages * i / count;
      long to = pages * (i + 1) / count;
      splits.add(new Split("page " + from, new Range.Pages(from, 0, to, i == count - 1)));
    }
    return splits;
  }

  private List<Split> keySplits(KeySql sql, Estimate estimate) throws SQLException {
    int count = splits(estimate.rows() * estimate.width());
    List<List<String>> cuts = count == 1 ? List.of() : cuts(sql, estimate.rows(), count);
    List<Split> splits = new ArrayList<>();
    @Nullable List<String> low = null;
    for (List<String> high : cuts) {
      splits.add(keySplit(splits.size(), low, high));
      low = high;
    }
    splits.add(keySplit(splits.size(), low, null));
    if (!sql.nullable().isEmpty()) {
      splits.add(new Split("keys NULL", new Range.NullKeys(false)));
    }
    return splits;
  }

  private static Split keySplit(
      int number, @Nullable List<String> low, @Nullable List<String> high) {
    return new Split("keys " + number, new Range.Keys(low, high));
  }

  /** Keys between which the rows are about evenly spread; fewer than asked for if few differ. */
  private List<List<String>> cuts(KeySql sql, long rows, int parts) throws SQLException {
    List<List<String>> sample = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet keys = statement.executeQuery(sql.sample((double) SAMPLE / Math.max(1, rows)))) {
      while (keys.next()) {
        List<String> key = new ArrayList<>();
        for (int i = 1; i <= sql.key().size(); i++) {
          key.add(keys.getString(i));
        }
        sample.add(key);
      }
    }
    Set<List<String>> cuts = new LinkedHashSet<>();
    for (int i = 1; i < parts && !sample.isEmpty(); i++) {
      cuts.add(sample.get((int) ((long) sample.size() * i / parts)));
    }
    return cuts.stream().collect(Collectors.toUnmodifiableList());
  }
}
