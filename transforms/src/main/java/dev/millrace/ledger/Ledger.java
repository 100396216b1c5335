// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.horizon.Recount;
import java.io.Serializable;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of one window of a job, as its workers use it: a reader begins an attempt of a split
 * and learns what is left of it; a writer has its blocks admitted in the transaction that writes
 * them.
 *
 * <p>Why nothing is lost or doubled. A split's row is locked from before it is looked at until its
 * change and the data commit together, so that all transactions of a split come one after another,
 * and a crash leaves both or neither. Each writes the positions of its blocks that no earlier one
 * wrote, and adds exactly these to what is covered: a position is written at most once, whoever
 * reads it how often and wherever blocks are cut. The job is done only when every position of every
 * split is covered: each was written at least once.
 *
 * <p>Immutable and safe to share between threads.
 *
 * @param spec the target, which keeps the ledger with the data
 * @param job the copy's name
 * @param window the window's name
 * @param order of the source's rows
 */
public record Ledger(ConnectionSpec spec, String job, String window, KeyOrder order)
    implements Serializable {

  private static final String BEGIN =
      """
      UPDATE millrace.split SET epoch = epoch + 1, changed_at = clock_timestamp()
      WHERE job = ? AND window_name = ? AND split = ?
      RETURNING epoch, low, high, covered
      """;

  private static final String STOP =
      "UPDATE millrace.window SET stopped_at = ? WHERE job = ? AND number = ?";

  private static final String STOPPED =
      "SELECT stop FROM millrace.window WHERE job = ? AND number = ?";

  /**
   * A lock that is not had in time is an error and not a hang; and a commit that was acknowledged
   * must survive the server's crash, whatever its default is.
   */
  private static final String LOCK =
      """
      SET LOCAL lock_timeout = %d;
      SELECT set_config('synchronous_commit', 'on', true)
      WHERE current_setting('synchronous_commit') IN ('off', 'local');
      SELECT split, epoch, low, high, covered FROM millrace.split
      WHERE job = ? AND window_name = ? AND split = ANY (?) ORDER BY split FOR UPDATE
      """;

  private static final String WITHDRAW =
      """
      UPDATE millrace.split SET rows = rows - ? WHERE job = ? AND window_name = ? AND split = ?
      """;

  private static final String CHANGE =
      """
      UPDATE millrace.split SET covered = ?, rows = rows + ?, changed_at = clock_timestamp()
      WHERE job = ? AND window_name = ? AND split = ?
      """;

  /**
   * An attempt to read a split.
   *
   * @param epoch for the origins of its blocks
   * @param gaps what is left to read, in order
   */
  public record Attempt(long epoch, List<Interval> gaps) implements Serializable {
    public Attempt {
      gaps = List.copyOf(gaps);
    }
  }

  /**
   * Begins an attempt of a split, which ends all earlier ones, and commits. Waits for a transaction
   * of an earlier attempt that is under way, whose data then counts.
   *
   * @param connection to the target, with auto-commit off
   * @throws StaleEpochException when the job was forgotten
   */
  public Attempt begin(Connection connection, int split) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
      statement.setString(1, job);
      statement.setString(2, window);
      statement.setInt(3, split);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw forgotten(split);
        }
        SplitState state = LedgerTables.state(row, order);
        connection.commit();
        return new Attempt(state.epoch(), state.gaps());
      }
    }
  }

  /**
   * Whether who follows the window is to end.
   *
   * @param connection to the target, with auto-commit off
   */
  public boolean isStopped(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STOPPED)) {
      statement.setString(1, job);
      statement.setLong(2, Long.parseLong(window));
      try (ResultSet row = statement.executeQuery()) {
        boolean stopped = !row.next() || row.getBoolean(1);
        connection.commit();
        return stopped;
      }
    }
  }

  /**
   * Says that who followed the window has ended.
   *
   * @param connection to the target, with auto-commit off
   * @param at up to where it read; null for the start
   */
  public void stopped(Connection connection, @Nullable Position at) throws SQLException {
    String end = at == null ? "" : at.toString();
    Statements.update(connection, STOP, end, job, Long.parseLong(window));
    connection.commit();
  }

  /**
   * Remembers what came late of the window, beside what did before.
   *
   * @param connection to the target, with auto-commit off
   * @param seen what the source shows now
   * @param found what came later than was seen the time before
   */
  public void recounted(Connection connection, Recount.Seen seen, Recount.Found found)
      throws SQLException {
    long number = Long.parseLong(window);
    RecountRecord.seen(connection, job, number, seen);
    RecountRecord.found(connection, job, number, found);
    connection.commit();
  }

  /**
   * Decides within a transaction what is to be written of blocks, and enters it as written. The
   * caller writes what is returned, in the same transaction, and commits.
   *
   * @param connection to the target, with auto-commit off and no transaction begun
   * @return the blocks less the rows that were written before; empty blocks among them
   * @throws StaleEpochException when a block is of an attempt that is not the latest
   */
  public List<Block> admit(Connection connection, List<Block> blocks) throws SQLException {
    CommitPoint.BEFORE_LEDGER.reached();
    Map<Integer, SplitState> states = lock(connection, blocks);
    Map<Integer, Long> rows = new TreeMap<>();
    List<Block> admitted = new ArrayList<>(blocks.size());
    for (Block block : blocks) {
      int split = split(block.origin());
      SplitState state = states.get(split);
      if (state == null) {
        throw forgotten(split);
      }
      Interval interval = Interval.of(block.origin());
      requireWithin(block, interval);
      SplitState.Admission admission = state.admit(block.origin().epoch(), interval);
      states.put(split, admission.after());
      Block left = cut(block, interval, admission.parts());
      rows.merge(split, (long) left.rows(), Long::sum);
      admitted.add(left);
    }
    change(connection, states, rows);
    CommitPoint.AFTER_LEDGER.reached();
    return admitted;
  }

  /**
   * Says that rows of the blocks that were admitted were not written. They count as covered: no
   * later attempt reads them again.
   */
  public void withdraw(Connection connection, List<Rejected> rejected) throws SQLException {
    Map<Integer, Integer> rows = new TreeMap<>();
    rejected.forEach(each -> rows.merge(split(each.row().origin()), 1, Integer::sum));
    try (PreparedStatement statement = connection.prepareStatement(WITHDRAW)) {
      for (Map.Entry<Integer, Integer> each : rows.entrySet()) {
        statement.setInt(1, each.getValue());
        statement.setString(2, job);
        statement.setString(3, window);
        statement.setInt(4, each.getKey());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private Map<Integer, SplitState> lock(Connection connection, List<Block> blocks)
      throws SQLException {
    Integer[] splits =
        blocks.stream().map(block -> split(block.origin())).distinct().toArray(Integer[]::new);
    Array ids = connection.createArrayOf("int4", splits);
    String sql = LOCK.formatted(spec.timeouts().stall().toMillis());
    Map<Integer, SplitState> states = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, job);
      statement.setString(2, window);
      statement.setArray(3, ids);
      statement.execute();
      statement.getMoreResults();
      statement.getMoreResults();
      try (ResultSet row = statement.getResultSet()) {
        while (row.next()) {
          states.put(row.getInt("split"), LedgerTables.state(row, order));
        }
      }
    } finally {
      ids.free();
    }
    return states;
  }

  private void change(
      Connection connection, Map<Integer, SplitState> states, Map<Integer, Long> rows)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CHANGE)) {
      for (Map.Entry<Integer, SplitState> each : states.entrySet()) {
        statement.setString(1, LedgerTables.toJson(each.getValue().covered().intervals()));
        statement.setLong(2, rows.getOrDefault(each.getKey(), 0L));
        statement.setString(3, job);
        statement.setString(4, window);
        statement.setInt(5, each.getKey());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** The rows of a block that lie in some parts of its interval. */
  private Block cut(Block block, Interval whole, List<Interval> parts) {
    if (parts.equals(List.of(whole))) {
      return block;
    }
    Coverage kept = Coverage.of(order, parts);
    BlockBuilder rows = new BlockBuilder(block.schema());
    for (int row = 0; row < block.rows(); row++) {
      if (kept.contains(order.of(block, row))) {
        rows.appendFrom(block, row);
      }
    }
    return rows.build(block.origin());
  }

  /** A step that changes keys or mixes blocks would make the ledger say what is not so. */
  private void requireWithin(Block block, Interval interval) {
    if (block.rows() == 0) {
      return;
    }
    Position first = order.of(block, 0);
    Position last = order.of(block, block.rows() - 1);
    boolean within =
        (interval.low() == null || order.compare(interval.low(), first) < 0)
            && order.compare(first, last) <= 0
            && (interval.high() == null || order.compare(last, interval.high()) <= 0);
    if (!within) {
      throw new IllegalStateException(
          "Cannot write block "
              + interval
              + " in ledger mode: its rows lie from "
              + first
              + " to "
              + last
              + "; a step between read and write changed the key "
              + order
              + " or the order of rows");
    }
  }

  private int split(Origin origin) {
    if (origin.epoch() == 0) {
      throw new IllegalStateException(
          "Cannot write a block in ledger mode: it does not come from a read in ledger mode");
    }
    return Integer.parseInt(origin.split());
  }

  private StaleEpochException forgotten(int split) {
    return new StaleEpochException(
        "Cannot go on with split "
            + split
            + " of job "
            + job
            + ": the ledger knows it no longer; it was reset, or is of another run");
  }
}
