// Licensed under the Apache License, Version 2.0; see LICENSE.

/** One run: its course, what came of it, and what it took. */
@NullMarked
package dev.millrace.runners.run;

import org.jspecify.annotations.NullMarked;
