// Licensed under the Apache License, Version 2.0; see LICENSE.

/** When figures of a run are worth telling somebody, and how that is told. */
@NullMarked
package dev.millrace.monitor.alert;

import org.jspecify.annotations.NullMarked;
