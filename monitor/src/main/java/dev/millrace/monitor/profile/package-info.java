// Licensed under the Apache License, Version 2.0; see LICENSE.

/** What a flight recording of a run's process says of its stages, as a page and as JSON. */
@NullMarked
package dev.millrace.monitor.profile;

import org.jspecify.annotations.NullMarked;
