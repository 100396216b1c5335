// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The command line and the ways to run a pipeline. */
@NullMarked
package dev.millrace.runners;

import org.jspecify.annotations.NullMarked;
