// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run counted; null where it did not count. */
record Counts(
    @Nullable Long rowsRead,
    @Nullable Long rowsWritten,
    @Nullable Long rowsRejected,
    @Nullable Long blocks,
    @Nullable Long bytes) {

  static final Counts NONE = new Counts(null, null, null, null, null);
  static final Counts ZERO = new Counts(0L, 0L, 0L, 0L, 0L);

  /** The sum of two runs; what one did not count is not known of both. */
  Counts plus(Counts other) {
    return new Counts(
        sum(rowsRead, other.rowsRead),
        sum(rowsWritten, other.rowsWritten),
        sum(rowsRejected, other.rowsRejected),
        sum(blocks, other.blocks),
        sum(bytes, other.bytes));
  }

  /** These counts but for the rows written, which another knows better. */
  Counts withRowsWritten(long rows) {
    return new Counts(rowsRead, rows, rowsRejected, blocks, bytes);
  }

  private static @Nullable Long sum(@Nullable Long one, @Nullable Long other) {
    return one == null || other == null ? null : Long.valueOf(one + other);
  }

  /** Under the names of the summary. */
  Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("rows_read", rowsRead);
    map.put("rows_written", rowsWritten);
    map.put("rows_rejected", rowsRejected);
    map.put("blocks", blocks);
    map.put("bytes", bytes);
    return map;
  }
}
