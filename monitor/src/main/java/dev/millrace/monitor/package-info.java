// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What is kept and shown of runs, whatever ran them. */
@NullMarked
package dev.millrace.monitor;

import org.jspecify.annotations.NullMarked;
