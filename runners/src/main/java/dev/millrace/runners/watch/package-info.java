// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What watches a run: the history, alerts, the dashboard and the flight recorder. */
@NullMarked
package dev.millrace.runners.watch;

import org.jspecify.annotations.NullMarked;
