// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.connections;

import dev.millrace.connect.ConnectionSpec;
import java.io.Serializable;
import java.util.List;

/**
 * What a child JVM is to do.
 *
 * @param contender who spreads the table
 * @param server where all tables are
 * @param source the table to read
 * @param targets the tables to write, each by a stage of its own
 * @param parallelism task slots of Flink
 */
record StageJob(
    Contender contender,
    ConnectionSpec server,
    String source,
    List<String> targets,
    int parallelism)
    implements Serializable {

  StageJob {
    targets = List.copyOf(targets);
  }
}
