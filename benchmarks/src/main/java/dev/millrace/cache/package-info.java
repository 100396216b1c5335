// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Benchmarks of what is not public in the package of this name. */
@NullMarked
package dev.millrace.cache;

import org.jspecify.annotations.NullMarked;
