// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Bundled writes of blocks into tables. */
@NullMarked
package dev.millrace.write;

import org.jspecify.annotations.NullMarked;
