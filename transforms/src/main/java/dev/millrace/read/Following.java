// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.horizon.Horizon;
import java.io.Serializable;
import java.time.Duration;

/**
 * How a table is followed.
 *
 * @param horizon what to ask the source
 * @param memory what the look before left
 * @param split the number of the split that has no end
 * @param poll how long to wait when nothing is new
 * @param window the event-time windows that no block may reach across; null for none
 */
record Following(Horizon horizon, String memory, String split, Duration poll, Duration window)
    implements Serializable {}
