// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.observe.Measure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run counted; null where it did not count. */
public record Counts(
    @Nullable Long rowsRead,
    @Nullable Long rowsWritten,
    @Nullable Long rowsRejected,
    @Nullable Long blocks,
    @Nullable Long bytes) {

  public static final Counts NONE = new Counts(null, null, null, null, null);
  public static final Counts ZERO = new Counts(0L, 0L, 0L, 0L, 0L);

  /** What this JVM counted since it started. */
  public static Counts ofThisJvm() {
    return new Counts(
        Measure.ROWS_READ.total(),
        Measure.ROWS_WRITTEN.total(),
        Measure.ROWS_REJECTED.total(),
        Measure.BLOCKS.total(),
        Measure.BYTES.total());
  }

  /** What was counted since other counts were taken. */
  public Counts minus(Counts before) {
    return plus(
        new Counts(
            minus(before.rowsRead),
            minus(before.rowsWritten),
            minus(before.rowsRejected),
            minus(before.blocks),
            minus(before.bytes)));
  }

  private static @Nullable Long minus(@Nullable Long count) {
    return count == null ? null : Long.valueOf(-count);
  }

  /** The sum of two runs; what one did not count is not known of both. */
  public Counts plus(Counts other) {
    return new Counts(
        sum(rowsRead, other.rowsRead),
        sum(rowsWritten, other.rowsWritten),
        sum(rowsRejected, other.rowsRejected),
        sum(blocks, other.blocks),
        sum(bytes, other.bytes));
  }

  /** These counts but for the rows written, which another knows better. */
  public Counts withRowsWritten(long rows) {
    return new Counts(rowsRead, rows, rowsRejected, blocks, bytes);
  }

  /** These counts but for what was read: a restart begins it anew, and counts what is left. */
  public Counts withoutReads() {
    return new Counts(null, rowsWritten, rowsRejected, null, null);
  }

  private static @Nullable Long sum(@Nullable Long one, @Nullable Long other) {
    return one == null || other == null ? null : Long.valueOf(one + other);
  }

  /** Under the names of the summary. */
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("rows_read", rowsRead);
    map.put("rows_written", rowsWritten);
    map.put("rows_rejected", rowsRejected);
    map.put("blocks", blocks);
    map.put("bytes", bytes);
    return map;
  }
}
