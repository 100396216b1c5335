// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Rows enriched from a table that many of them look up the same row of. */
@NullMarked
package dev.millrace.pipelines.redundancy;

import org.jspecify.annotations.NullMarked;
