// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.connect.Pool;
import dev.millrace.control.UnitEstimate;
import dev.millrace.observe.Memory;
import dev.millrace.observe.Timing;
import java.sql.Connection;
import java.sql.SQLException;

/** Reads some blocks of a range within a transaction that was begun. */
interface RangeReader extends AutoCloseable {

  /** Finds out what there is to read, before a connection is taken for it. */
  default void prepare(Claims claims) throws SQLException {}

  /** Reads until the budget of a call is spent, the range ends or the runner takes it away. */
  void read(Connection connection, Claims claims) throws SQLException;

  /**
   * Reads so within a transaction of its own, and is charged for the block that it cuts.
   *
   * @param stage what the connection and the memory are for
   */
  default void read(Pool pool, String stage, ReadSession session, Claims claims)
      throws SQLException {
    try (Memory.Holding holding = Memory.ofThisJvm().hold(stage);
        Pool.Acquired acquired = pool.acquire(stage)) {
      holding.set(claims.budget().blockSize().bytes());
      long start = System.nanoTime();
      try {
        session.begin(acquired.connection());
        acquired.limitLocks();
        read(acquired.connection(), claims);
      } catch (SQLException failure) {
        throw acquired.explain(failure);
      } finally {
        Timing.READ_QUERY.since(start);
      }
    }
  }

  /** The reader of a plan's splits. */
  static RangeReader of(ReadPlan plan, UnitEstimate estimate) {
    if (plan.key() == null) {
      return new PageReader(plan.read(), estimate);
    }
    return plan.ledger() == null
        ? new KeyReader(plan.key(), estimate)
        : new LedgerReader(plan.key(), plan.ledger(), estimate);
  }

  /** Gives back what it holds beyond a call. */
  @Override
  default void close() {}
}
