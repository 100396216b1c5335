// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor.history;

import dev.millrace.monitor.run.Event;
import dev.millrace.monitor.run.RunStart;
import dev.millrace.monitor.run.Series;
import dev.millrace.monitor.run.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a run.
 *
 * @param line as a list has it
 * @param start how it began
 * @param snapshot how it stood when its process last wrote; null before it first did
 * @param summary one JSON object, as the command printed it; null unless the run ended
 * @param series how its figures went
 * @param events the latest, in order
 */
public record RunDetail(
    RunLine line,
    RunStart start,
    @Nullable Snapshot snapshot,
    @Nullable String summary,
    Series series,
    List<Event> events) {}
