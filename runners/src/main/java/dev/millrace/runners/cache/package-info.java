// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Rows enriched by lookups, and the caches that keep what was looked up. */
@NullMarked
package dev.millrace.runners.cache;

import org.jspecify.annotations.NullMarked;
