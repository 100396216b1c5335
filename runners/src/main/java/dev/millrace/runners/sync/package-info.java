// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Copies of tables: made, kept up to date, and looked after. */
@NullMarked
package dev.millrace.runners.sync;

import org.jspecify.annotations.NullMarked;
