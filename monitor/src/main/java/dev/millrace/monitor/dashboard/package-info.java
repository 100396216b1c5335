// Licensed under the Apache License, Version 2.0; see LICENSE.

/** The page that shows runs while they run, and what is known of those that have ended. */
@NullMarked
package dev.millrace.monitor.dashboard;

import org.jspecify.annotations.NullMarked;
