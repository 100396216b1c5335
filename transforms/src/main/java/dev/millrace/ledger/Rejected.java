// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.block.Block;
import dev.millrace.observe.RejectReason;
import java.sql.SQLException;

/**
 * A row that the target refused.
 *
 * @param row a block of that row alone
 * @param why what the server said
 */
public record Rejected(Block row, SQLException why) {

  /** The kind of it. */
  public RejectReason reason() {
    return RejectReason.ofSqlState(why.getSQLState());
  }
}
