// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.write;

import dev.millrace.block.Block;
import dev.millrace.connect.ConnectionSpec;
import dev.millrace.connect.Pool;
import dev.millrace.connect.Quota;
import dev.millrace.connect.StallGuard;
import dev.millrace.dialect.TableWrite;
import dev.millrace.dialect.TableWriter;
import dev.millrace.ledger.CommitPoint;
import dev.millrace.ledger.Ledger;
import dev.millrace.observe.Measure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes blocks, in a transaction each time. Holds a share in a pool; used by one thread. */
final class BlockWriter implements AutoCloseable {

  private final ConnectionSpec spec;
  private final TableWrite write;
  private final TableWriter writer;
  private final @Nullable Ledger ledger;
  private final Pool pool;

  BlockWriter(ConnectionSpec spec, TableWrite write, @Nullable Ledger ledger) {
    this.spec = spec;
    this.write = write;
    this.writer = new TableWriter(write);
    this.ledger = ledger;
    this.pool = Pool.share(spec, Quota.WRITE);
  }

  /** Writes blocks and commits them. */
  void write(List<Block> blocks) throws SQLException {
    if (ledger == null) {
      append(blocks);
    } else {
      enter(blocks, ledger);
    }
  }

  private void append(List<Block> blocks) throws SQLException {
    try (Pool.Acquired acquired = acquire();
        StallGuard guard = StallGuard.over(acquired, spec.timeouts().stall())) {
      try {
        writer.write(acquired.connection(), blocks, guard::progress);
        acquired.connection().commit();
      } catch (SQLException failure) {
        throw guard.stalled() ? stalled(failure) : failure;
      }
    }
    Measure.ROWS_WRITTEN.add(rows(blocks));
  }

  /**
   * Writes what the ledger does not have. A commit whose answer did not come may have happened or
   * not: the same blocks are then offered again, and the ledger, which waits for the end of the
   * transaction in doubt, takes all of them or none.
   */
  private void enter(List<Block> blocks, Ledger ledger) throws SQLException {
    long written = 0;
    @Nullable SQLException doubt = null;
    do {
      try (Pool.Acquired acquired = acquire();
          StallGuard guard = StallGuard.over(acquired, spec.timeouts().stall())) {
        try {
          List<Block> left = ledger.admit(acquired.connection(), blocks);
          writer.write(acquired.connection(), left, guard::progress);
          CommitPoint.AFTER_DATA.reached();
          // What a commit in doubt wrote is ours all the same.
          written = doubt == null ? rows(left) : written;
          doubt = commit(acquired.connection());
        } catch (SQLException failure) {
          throw guard.stalled() ? stalled(failure) : failure;
        }
      } catch (SQLException failure) {
        throw doubt == null ? failure : unsettled(failure, doubt);
      }
    } while (doubt != null);
    CommitPoint.AFTER_COMMIT.reached();
    Measure.ROWS_WRITTEN.add(written);
  }

  /** Returns null when the server said that it committed, and why it did not say anything. */
  private static @Nullable SQLException commit(Connection connection) throws SQLException {
    try {
      connection.commit();
      return null;
    } catch (SQLException failure) {
      String state = String.valueOf(failure.getSQLState());
      // The connection is lost, or the server ends its sessions; whatever else it says is a no.
      if (state.startsWith("08") || state.startsWith("57P")) {
        return failure;
      }
      throw failure;
    }
  }

  private Pool.Acquired acquire() throws SQLException {
    return pool.acquire("write " + write.table().name());
  }

  private static long rows(List<Block> blocks) {
    return blocks.stream().mapToLong(Block::rows).sum();
  }

  private SQLException stalled(SQLException failure) {
    return new SQLException(
        "Cannot write to "
            + write.table().name()
            + ": the server took nothing for "
            + spec.timeouts().stall().toSeconds()
            + " s",
        failure);
  }

  private SQLException unsettled(SQLException failure, SQLException doubt) {
    SQLException unsettled =
        new SQLException(
            "Cannot tell whether the last rows are in "
                + write.table().name()
                + ": the connection was lost at the commit, and then the ledger could not be asked;"
                + " run it again, and it will be",
            failure.getSQLState(),
            failure);
    unsettled.addSuppressed(doubt);
    return unsettled;
  }

  @Override
  public void close() {
    pool.close();
  }
}
