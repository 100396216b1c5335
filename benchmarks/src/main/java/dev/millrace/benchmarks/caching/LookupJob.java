// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.caching;

import dev.millrace.connect.ConnectionSpec;
import java.io.Serializable;

/**
 * What a child JVM is to do.
 *
 * @param contender who enriches
 * @param server where both tables are
 * @param parallelism task slots of Flink
 */
record LookupJob(Contender contender, ConnectionSpec server, int parallelism)
    implements Serializable {}
