// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Processes that do a part of a run, and end with it. */
@NullMarked
package dev.millrace.runners.child;

import org.jspecify.annotations.NullMarked;
