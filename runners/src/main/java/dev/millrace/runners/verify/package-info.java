// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Two tables, compared. */
@NullMarked
package dev.millrace.runners.verify;

import org.jspecify.annotations.NullMarked;
