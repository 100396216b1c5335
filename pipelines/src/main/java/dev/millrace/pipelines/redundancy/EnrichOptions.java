// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.redundancy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import java.util.List;

/**
 * What to enrich, from where to where.
 *
 * @param source where the rows are
 * @param table to read, {@code name} or {@code schema.name}
 * @param target where they go; may be the source's server
 * @param into the table to write, which exists, with the columns of both
 * @param key columns of a unique index of the target, by which rows replace others; empty to append
 * @param blockSize 1 byte or more
 * @param parallelism threads that read, 1 or more
 */
public record EnrichOptions(
    ConnectionSpec source,
    String table,
    ConnectionSpec target,
    String into,
    List<String> key,
    ByteSize blockSize,
    int parallelism) {

  public EnrichOptions {
    key = List.copyOf(key);
  }
}
