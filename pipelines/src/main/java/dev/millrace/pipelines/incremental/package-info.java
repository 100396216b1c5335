// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What is new in one table copied into another, run after run. */
@NullMarked
package dev.millrace.pipelines.incremental;

import org.jspecify.annotations.NullMarked;
