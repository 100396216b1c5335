// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import dev.millrace.dialect.Table;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * Up to which value of a cursor column no row of a table can still appear: what to ask a source,
 * and how.
 *
 * <ul>
 *   <li>A time is closed when no transaction is open that began earlier, less a guard: rows that
 *       the server's {@code now()} or {@code clock_timestamp()} dates cannot be older than the
 *       transaction that writes them. Where the column has no zone, local time may fall back, and
 *       is closed by the smallest that is still to come.
 *   <li>A whole number is closed when no transaction is open from before a look at which it was
 *       seen to be drawn from its sequence. So it takes a later look, a guard after: the first
 *       closes nothing.
 *   <li>An {@code xid8} that a trigger sets is closed below the oldest transaction id still
 *       running. Only here nothing is assumed of clocks, privileges, prepared transactions or
 *       standbys.
 * </ul>
 *
 * <p>Immutable and safe to share between threads.
 */
public final class Horizon implements Serializable {

  private final String column;
  private final Closing closing;
  private final List<String> doubts;

  private Horizon(String column, Closing closing, List<String> doubts) {
    this.column = column;
    this.closing = closing;
    this.doubts = doubts;
  }

  /**
   * Looks at a column and refuses what can never be safe.
   *
   * @throws HorizonException when windows cannot be closed by the column, and the rules do not say
   *     to go on all the same
   * @throws IllegalArgumentException when there is no such column, or a zone that the server does
   *     not know
   */
  public static Horizon of(Connection connection, Table table, String column, HorizonRules rules)
      throws SQLException {
    Inspection inspection = new Inspection(connection, table, column, rules);
    Closing closing = inspection.closing();
    return new Horizon(column, closing, inspection.doubts());
  }

  public String column() {
    return column;
  }

  /**
   * Asks the source, in milliseconds: it is asked often. What is read by the answer must be read
   * with a snapshot that is taken later.
   *
   * @param connection not within a transaction, and left so
   * @param memory what the look before left; empty for the first
   * @throws HorizonException when a row could be lost, and the rules do not say to go on all the
   *     same
   * @throws IllegalStateException when the connection is within a transaction, which would see who
   *     was at work when it first looked
   */
  public Look look(Connection connection, String memory) throws SQLException {
    if (connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE) {
      throw new IllegalStateException(
          "Cannot look for a horizon: the connection is within a transaction");
    }
    if (connection.getAutoCommit()) {
      return closing.look(connection, memory);
    }
    try {
      Look look = closing.look(connection, memory);
      connection.rollback();
      return look;
    } catch (SQLException | RuntimeException failure) {
      rollback(connection, failure);
      throw failure;
    }
  }

  private static void rollback(Connection connection, Exception failure) {
    try {
      connection.rollback();
    } catch (SQLException broken) {
      failure.addSuppressed(broken);
    }
  }

  /** What is worth telling the user once, in sentences without a full stop. */
  public List<String> doubts() {
    return doubts;
  }
}
