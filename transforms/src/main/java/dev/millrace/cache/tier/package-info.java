// Licensed under the Apache License, Version 2.0; see LICENSE.
/** The places that a cache keeps entries in, each of which may fail or vanish at any time. */
@NullMarked
package dev.millrace.cache.tier;

import org.jspecify.annotations.NullMarked;
