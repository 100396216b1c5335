// Licensed under the Apache License, Version 2.0; see LICENSE.

/** Whether a run was worse than those like it before. */
@NullMarked
package dev.millrace.monitor.baseline;

import org.jspecify.annotations.NullMarked;
