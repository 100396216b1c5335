// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What it costs to compare two tables, beside the plain aggregate over each. */
@NullMarked
package dev.millrace.benchmarks.verify;

import org.jspecify.annotations.NullMarked;
