// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What was kept of earlier runs, as lists, reports and a dashboard. */
@NullMarked
package dev.millrace.runners.history;

import org.jspecify.annotations.NullMarked;
