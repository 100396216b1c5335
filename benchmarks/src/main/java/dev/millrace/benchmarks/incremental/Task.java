// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.incremental;

import dev.millrace.connect.ConnectionSpec;
import java.io.Serializable;

/**
 * What a child JVM is to copy.
 *
 * @param server where both tables are
 * @param table the table to copy
 * @param into the table to copy it to
 * @param since for the baseline the instant from which rows are new; empty for Millrace, whose
 *     ledger knows
 * @param parallelism threads that read and write
 */
record Task(ConnectionSpec server, String table, String into, String since, int parallelism)
    implements Serializable {}
