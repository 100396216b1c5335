// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.incremental;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.horizon.HorizonRules;
import dev.millrace.ledger.RejectRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to copy, from where to where, and by which cursor.
 *
 * @param source where the rows are
 * @param table to read, {@code name} or {@code schema.name}
 * @param target where they go; may be the source's server
 * @param into the table to write, which exists
 * @param cursor a column that grows with each row and each change of a row
 * @param key columns that tell apart rows of one value of the cursor; empty for the table's own
 * @param replace whether a row replaces that of its key, unless that is newer; else each version of
 *     a row that is seen is added, exactly once
 * @param job what the ledger calls the copy; empty for {@code TABLE into INTO by CURSOR}
 * @param columns to copy, the cursor and the key among them; empty for all
 * @param where a condition in SQL on the rows to copy, which is trusted; empty for all
 * @param blockSize 1 byte or more
 * @param parallelism threads that read and write, 1 or more
 * @param rules how the end of a window is settled
 * @param nullCursor what becomes of rows without a value of the cursor
 * @param onDrift what becomes of the copy when the source's columns change
 * @param rejects what becomes of rows that the target refuses; null to fail at the first
 */
public record IncrementalOptions(
    ConnectionSpec source,
    String table,
    ConnectionSpec target,
    String into,
    String cursor,
    List<String> key,
    boolean replace,
    String job,
    List<String> columns,
    String where,
    ByteSize blockSize,
    int parallelism,
    HorizonRules rules,
    NullCursor nullCursor,
    OnDrift onDrift,
    @Nullable RejectRules rejects) {

  public IncrementalOptions {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    if (job.isEmpty()) {
      job = job(table, into, cursor);
    }
    if (replace && key.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid key: none (must name the columns by which rows replace others)");
    }
    if (!replace && rules.overlap() != null) {
      throw new IllegalArgumentException(
          "Invalid overlap: "
              + rules.overlap()
              + " (must be left out where rows are only added: what is read twice would be there"
              + " twice)");
    }
    if (!replace && nullCursor == NullCursor.INCLUDE) {
      throw new IllegalArgumentException(
          "Invalid policy for a NULL cursor: include (must be fail or skip where rows are only"
              + " added: every run would add them)");
    }
  }

  /** What a copy is called that is not given a name. */
  public static String job(String table, String into, String cursor) {
    return table + " into " + into + " by " + cursor;
  }

  IncrementalOptions withColumns(List<String> newColumns) {
    return new IncrementalOptions(
        source,
        table,
        target,
        into,
        cursor,
        key,
        replace,
        job,
        newColumns,
        where,
        blockSize,
        parallelism,
        rules,
        nullCursor,
        onDrift,
        rejects);
  }
}
