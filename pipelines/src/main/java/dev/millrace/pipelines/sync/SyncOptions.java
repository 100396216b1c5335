// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.sync;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import java.util.List;

/**
 * What to copy, from where to where, and how.
 *
 * @param source where the rows are
 * @param table to read, {@code name} or {@code schema.name}
 * @param target where they go; may be the source's server
 * @param into the table to write, which exists
 * @param mode how rows are written
 * @param key columns of a unique index of the target, by which rows replace others; with {@link
 *     Mode#UPSERT} only, and then one or more
 * @param columns to copy; empty for all
 * @param where a condition in SQL on the rows to copy, which is trusted; empty for all
 * @param blockSize 1 byte or more
 * @param parallelism threads that read and write, 1 or more
 * @param readBy columns in whose order the rows are read in parts, best those of an index; empty
 *     for the table's pages or key, which a view does not have
 */
public record SyncOptions(
    ConnectionSpec source,
    String table,
    ConnectionSpec target,
    String into,
    Mode mode,
    List<String> key,
    List<String> columns,
    String where,
    ByteSize blockSize,
    int parallelism,
    List<String> readBy) {

  /** How rows are written. */
  public enum Mode {
    /** Rows are added; what a runner repeats after a failure is there twice. */
    APPEND,
    /** Rows replace those of the same key. */
    UPSERT
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
  }
}
