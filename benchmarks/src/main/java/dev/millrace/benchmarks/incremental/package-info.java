// Licensed under the Apache License, Version 2.0; see LICENSE.

/**
 * A table of which some rows changed, copied by what is new of it, beside a copy of the whole and
 * beside a pipeline that reads the whole and filters.
 */
@NullMarked
package dev.millrace.benchmarks.incremental;

import org.jspecify.annotations.NullMarked;
