// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.connections;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import java.util.List;

/**
 * What to spread, from where to where.
 *
 * @param source where the rows are
 * @param table to read, {@code name} or {@code schema.name}
 * @param target where they go; may be the source's server. Its {@link
 *     ConnectionSpec#maxConnections} bounds the connections of all writes of a JVM together
 * @param into the tables to write, which exist, one or more: a stage for each
 * @param by a column of integers: a row goes to the table whose position in {@code into}, from 0,
 *     is the value modulo their number; a row without a value goes to the first
 * @param key columns of a unique index of every target, by which rows replace others
 * @param blockSize 1 byte or more
 * @param parallelism threads that read, 1 or more
 */
public record FanOutOptions(
    ConnectionSpec source,
    String table,
    ConnectionSpec target,
    List<String> into,
    String by,
    List<String> key,
    ByteSize blockSize,
    int parallelism) {

  public FanOutOptions {
    into = List.copyOf(into);
    key = List.copyOf(key);
    if (into.isEmpty()) {
      throw new IllegalArgumentException("Invalid targets: none (must be one or more)");
    }
    if (into.stream().distinct().count() < into.size()) {
      throw new IllegalArgumentException(
          "Invalid targets: " + into + " (must be different: a row goes to one of them)");
    }
  }
}
