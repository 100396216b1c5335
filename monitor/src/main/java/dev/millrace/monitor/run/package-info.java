// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What is known of a run: how it began, how it stands, how it ended. */
@NullMarked
package dev.millrace.monitor.run;

import org.jspecify.annotations.NullMarked;
