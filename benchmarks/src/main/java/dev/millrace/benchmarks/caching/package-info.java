// Licensed under the Apache License, Version 2.0; see LICENSE.
/** Where a cache keeps its entries, and what that costs. */
@NullMarked
package dev.millrace.benchmarks.caching;

import org.jspecify.annotations.NullMarked;
