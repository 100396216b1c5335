// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.contention;

import dev.millrace.pipelines.contention.MixedOptions;
import java.io.Serializable;

/**
 * What a child JVM is to do.
 *
 * @param threads of the contenders that have many
 */
record MixedJob(Contender contender, MixedOptions options, int threads) implements Serializable {}
