// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The medallion made window by window, by stock Beam and by {@code millrace backfill}. */
@NullMarked
package dev.millrace.benchmarks.backfill;

import org.jspecify.annotations.NullMarked;
