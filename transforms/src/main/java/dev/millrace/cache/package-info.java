// Licensed under the Apache License, Version 2.0; see LICENSE.
/** Lookups and results that are had once and kept: on the heap, on disk, in Redis. */
@NullMarked
package dev.millrace.cache;

import org.jspecify.annotations.NullMarked;
