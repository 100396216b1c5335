// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Benchmarks as commands. */
@NullMarked
package dev.millrace.runners.bench;

import org.jspecify.annotations.NullMarked;
