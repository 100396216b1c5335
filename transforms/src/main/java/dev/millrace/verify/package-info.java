// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Comparison of a table with its copy, down to the keys that differ, and repair. */
@NullMarked
package dev.millrace.verify;

import org.jspecify.annotations.NullMarked;
