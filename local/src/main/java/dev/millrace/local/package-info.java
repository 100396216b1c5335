// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Real servers on this machine for the demo, the benchmarks and the tests. */
@NullMarked
package dev.millrace.local;

import org.jspecify.annotations.NullMarked;
