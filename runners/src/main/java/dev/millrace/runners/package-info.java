// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The command line: what starts it, and the tree of its commands. */
@NullMarked
package dev.millrace.runners;

import org.jspecify.annotations.NullMarked;
