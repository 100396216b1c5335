// Licensed under the Apache License, Version 2.0; see LICENSE.
/** How long after its commit in the source a row of a followed table is committed in the target. */
@NullMarked
package dev.millrace.benchmarks.follow;

import org.jspecify.annotations.NullMarked;
