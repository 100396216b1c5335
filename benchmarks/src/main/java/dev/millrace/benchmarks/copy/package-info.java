// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * {@code bench copy}: one table to another by raw {@code COPY} pipes, by stock {@code JdbcIO} and
 * by Millrace, in one interleaved run.
 */
@NullMarked
package dev.millrace.benchmarks.copy;

import org.jspecify.annotations.NullMarked;
