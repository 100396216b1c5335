// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A rule stands in another way than before.
 *
 * @param time when it was seen
 * @param rule which one
 * @param from how it stood
 * @param to how it stands
 * @param since when it began to fire; null if it does not and did not
 * @param value the number it was seen by; null if that is unknown by now
 * @param sentence what is or was wrong
 */
public record Transition(
    Instant time,
    Rule rule,
    AlertState from,
    AlertState to,
    @Nullable Instant since,
    @Nullable Double value,
    String sentence) {}
