// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The runs of this machine, in a file that outlives them. */
@NullMarked
package dev.millrace.monitor.history;

import org.jspecify.annotations.NullMarked;
