// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.ledger;

import dev.millrace.block.Block;
import java.sql.SQLException;

/**
 * A row that the target refused.
 *
 * @param row a block of that row alone
 * @param why what the server said
 */
public record Rejected(Block row, SQLException why) {}
