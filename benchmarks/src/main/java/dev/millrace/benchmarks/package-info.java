// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Baseline against optimised, in one run, on the same data. */
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
