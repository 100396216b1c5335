// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import dev.millrace.ledger.RejectRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to copy, from where to where, and how.
 *
 * @param source where the rows are
 * @param table to read, {@code name} or {@code schema.name}
 * @param target where they go; may be the source's server
 * @param into the table to write, which exists
 * @param mode how rows are written
 * @param key with {@link Mode#UPSERT} one or more columns of a unique index of the target, by which
 *     rows replace others; with {@link Mode#LEDGER} the columns of the source to read by, empty for
 *     its own key; else empty
 * @param job what the ledger calls the copy; empty for {@code TABLE into INTO}
 * @param columns to copy; empty for all
 * @param where a condition in SQL on the rows to copy, which is trusted; empty for all
 * @param blockSize 1 byte or more
 * @param parallelism threads that read and write, 1 or more
 * @param readBy columns in whose order the rows are read in parts, best those of an index; empty
 *     for the table's pages or key, which a view does not have, and with {@link Mode#LEDGER}
 * @param rejects what becomes of rows that the target refuses; null to fail at the first
 */
public record SyncOptions(
    ConnectionSpec source,
    String table,
    ConnectionSpec target,
    String into,
    Mode mode,
    List<String> key,
    String job,
    List<String> columns,
    String where,
    ByteSize blockSize,
    int parallelism,
    List<String> readBy,
    @Nullable RejectRules rejects) {

  /** How rows are written. */
  public enum Mode {
    /** Rows are added; what a runner repeats after a failure is there twice. */
    APPEND,
    /** Rows replace those of the same key. */
    UPSERT,
    /** Each row is added exactly once; a run goes on where the one before it ended. */
    LEDGER
  }

  public SyncOptions {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    readBy = List.copyOf(readBy);
    if (mode == Mode.UPSERT && key.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid key: none (must name the columns by which upsert replaces rows)");
    }
    if (mode == Mode.APPEND && !key.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid key: " + key + " (must be left out in mode append, which replaces no rows)");
    }
    if (mode != Mode.LEDGER && !job.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid job: " + job + " (must be left out but in mode ledger)");
    }
    if (mode == Mode.LEDGER && !readBy.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid columns to read by: "
              + readBy
              + " (must be left out in mode ledger, which reads by its key)");
    }
    if (mode == Mode.LEDGER && job.isEmpty()) {
      job = table + " into " + into;
    }
  }
}
