// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.stream;

import dev.millrace.pipelines.memory.StreamOptions;
import java.io.Serializable;
import java.time.Duration;

/**
 * What a child JVM is to do.
 *
 * @param sampleEvery how often to collect garbage and look at the memory
 */
record StreamJob(Contender contender, StreamOptions options, Duration sampleEvery)
    implements Serializable {}
