// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.silver;

import dev.millrace.block.Block;
import dev.millrace.observe.RejectReason;
import dev.millrace.pipelines.airquality.table.TableRows;
import dev.millrace.pipelines.airquality.table.Tables;
import java.util.function.Consumer;

/** Collects rejects of the silver layer into a block. */
final class SilverRejects {
  private final TableRows rows = new TableRows(Tables.SILVER_REJECT);

  void add(SilverReject reject) {
    rows.add(
        reject.file(),
        reject.line(),
        reject.column(),
        reject.value(),
        reject.reason(),
        reject.wholeRow());
  }

  /** The rejects so far, perhaps none; there are none afterwards. */
  Block take() {
    return rows.take();
  }

  /** Gives out the rejects so far, if there are any, and counts them. */
  void flush(Consumer<Block> out) {
    if (rows.rows() > 0) {
      RejectReason.INVALID_VALUE.count(rows.rows());
      out.accept(take());
    }
  }
}
