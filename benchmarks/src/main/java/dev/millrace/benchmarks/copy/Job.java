// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.copy;

import dev.millrace.connect.ConnectionSpec;
import dev.millrace.control.ByteSize;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a child JVM is to do.
 *
 * @param contender who copies
 * @param mode how
 * @param server where both tables are
 * @param source the table to copy, with its schema
 * @param target the table to copy it to, with its schema
 * @param blockSize of Millrace's blocks
 * @param parallelism streams of the pipe, task slots of Flink
 * @param sampleEvery how often to collect garbage and look at the memory; null for never, as it
 *     costs time
 */
record Job(
    Contender contender,
    Mode mode,
    ConnectionSpec server,
    String source,
    String target,
    ByteSize blockSize,
    int parallelism,
    @Nullable Duration sampleEvery)
    implements Serializable {}
