// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What caches save, beside pipelines without one. */
@NullMarked
package dev.millrace.benchmarks.caching;

import org.jspecify.annotations.NullMarked;
