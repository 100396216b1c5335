// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import dev.millrace.block.Block;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Fault;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.connect.Retry;
import dev.millrace.connect.StallGuard;
import dev.millrace.dialect.TableWrite;
import dev.millrace.dialect.TableWriter;
import dev.millrace.ledger.CommitPoint;
import dev.millrace.ledger.Ledger;
import dev.millrace.ledger.RejectRules;
import dev.millrace.ledger.RejectWriter;
import dev.millrace.ledger.Rejected;
import dev.millrace.observe.Measure;
import dev.millrace.observe.RejectReason;
import dev.millrace.observe.Timing;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes blocks, in a transaction each time. Holds a share in a pool; used by one thread. */
final class BlockWriter implements AutoCloseable {

  /** {@code statement_completion_unknown}. */
  private static final String UNKNOWN = "40003";

  private final ConnectionSpec spec;
  private final TableWrite write;
  private final TableWriter writer;
  private final @Nullable Ledger ledger;
  private final @Nullable RejectWriter rejects;
  private final Pool pool;

  BlockWriter(
      ConnectionSpec spec, TableWrite write, @Nullable Ledger ledger, @Nullable RejectRules rules) {
    this.spec = spec;
    this.write = write;
    this.writer = new TableWriter(write);
    this.ledger = ledger;
    this.rejects = rules == null ? null : new RejectWriter(write, rules, ledger);
    this.pool = Pool.share(spec, Quota.WRITE);
  }

  /**
   * Writes blocks and commits them; again, as long as it fails for a while only.
   *
   * @throws SQLException when it fails for good, or it cannot be known whether it was committed
   */
  void write(List<Block> blocks) throws SQLException {
    Retry retry = spec.timeouts().retry();
    Transaction transaction = new Transaction(blocks);
    try {
      retry.call("write to " + write.table().name(), transaction);
    } catch (SQLException failure) {
      throw transaction.isInDoubt() ? unsettled(failure) : failure;
    }
    if (ledger != null) {
      CommitPoint.AFTER_COMMIT.reached();
    }
    Measure.ROWS_WRITTEN.add(transaction.written);
    transaction.rejected.forEach(RejectReason::count);
    Measure.ROWS_COVERED.add(transaction.covered);
  }

  /**
   * A transaction that may have to be repeated. A commit whose answer did not come may have
   * happened or not. Under a ledger the same blocks are then offered again, and the ledger, which
   * waits for the end of the transaction in doubt, takes all of them or none; and to replace rows
   * by the same rows does no harm. Where rows are only added nobody can tell, and it fails.
   */
  private final class Transaction implements Retry.Attempt<Boolean> {
    private final List<Block> blocks;
    private @Nullable SQLException doubt;
    private boolean careful;
    private long written;
    private Map<RejectReason, Long> rejected = Map.of();
    private long covered;

    Transaction(List<Block> blocks) {
      this.blocks = blocks;
    }

    boolean isInDoubt() {
      return doubt != null;
    }

    @Override
    public Boolean make() throws SQLException {
      try {
        send();
      } catch (SQLException failure) {
        if (rejects == null || careful || Fault.of(failure) != Fault.DATA) {
          throw failure;
        }
        // Only now is it worth its price.
        careful = true;
        send();
      }
      return true;
    }

    private void send() throws SQLException {
      try (Pool.Acquired acquired = acquire();
          StallGuard guard = StallGuard.over(acquired, spec.timeouts().stall())) {
        try {
          acquired.limitLocks();
          send(acquired.connection(), guard::progress);
          acquired.wrote(bytes(blocks));
        } catch (SQLException failure) {
          throw acquired.explain(failure);
        }
      }
    }

    private void send(Connection connection, Runnable progress) throws SQLException {
      long start = System.nanoTime();
      List<Block> left = ledger == null ? blocks : ledger.admit(connection, blocks);
      List<Rejected> refused = List.of();
      if (careful && rejects != null) {
        refused = new Bisection(writer, rejects, connection, progress).write(left);
        rejects.enter(connection, refused);
        if (ledger != null) {
          ledger.withdraw(connection, refused);
        }
      } else {
        writer.write(connection, left, progress);
      }
      if (ledger != null) {
        CommitPoint.AFTER_DATA.reached();
      }
      // What a commit in doubt wrote is ours all the same.
      if (doubt == null) {
        rejected =
            refused.stream()
                .collect(Collectors.groupingBy(Rejected::reason, Collectors.counting()));
        written = rows(left) - refused.size();
        covered = rows(blocks) - rows(left);
      }
      Timing.WRITE_QUERY.since(start);
      commit(connection);
    }

    private void commit(Connection connection) throws SQLException {
      long start = System.nanoTime();
      try {
        connection.commit();
        Timing.COMMIT.since(start);
        doubt = null;
      } catch (SQLException failure) {
        if (!Fault.isInDoubt(failure)) {
          throw failure;
        }
        doubt = failure;
        throw new SQLException(failure.getMessage(), repeatable() ? UNKNOWN : null, failure);
      }
    }
  }

  private Pool.Acquired acquire() throws SQLException {
    return pool.acquire("write " + write.table().name());
  }

  private static long bytes(List<Block> blocks) {
    return blocks.stream().mapToLong(Block::bytes).sum();
  }

  private static long rows(List<Block> blocks) {
    return blocks.stream().mapToLong(Block::rows).sum();
  }

  /** Whether the same blocks may be written twice. */
  private boolean repeatable() {
    return ledger != null || !write.key().isEmpty();
  }

  private SQLException unsettled(SQLException failure) {
    String remedy =
        ledger != null
            ? ", and then the ledger could not be asked; run it again, and it will be"
            : repeatable()
                ? "; run it again, and they will be"
                : "; run again it would add them once more, unless it keeps a ledger";
    return new SQLException(
        "Cannot tell whether the last rows are in %s: the connection was lost at the commit%s"
            .formatted(write.table().name(), remedy),
        failure.getSQLState(),
        failure);
  }

  @Override
  public void close() {
    pool.close();
  }
}
