// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What is known of a run, or of the runs of a day, as one file that needs nothing else. */
@NullMarked
package dev.millrace.monitor.report;

import org.jspecify.annotations.NullMarked;
