// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.horizon;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a horizon means to a cursor.
 *
 * @param high the exclusive bound; null when none is known
 * @param behind how much longer than the horizon says a row waits; null where the cursor is no time
 * @param barriers still to be passed
 */
record Bound(@Nullable String high, @Nullable Duration behind, Barriers barriers) {}
