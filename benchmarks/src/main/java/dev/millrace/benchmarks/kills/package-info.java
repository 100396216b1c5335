// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Copies that are killed and finished later, and whether each row is there once. */
@NullMarked
package dev.millrace.benchmarks.kills;

import org.jspecify.annotations.NullMarked;
