// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Whether more data needs more memory. */
@NullMarked
package dev.millrace.benchmarks.stream;

import org.jspecify.annotations.NullMarked;
