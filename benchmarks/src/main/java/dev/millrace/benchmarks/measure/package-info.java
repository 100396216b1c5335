// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Child JVMs to measure in, what is read of them, and what is said of a series of numbers. */
@NullMarked
package dev.millrace.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
