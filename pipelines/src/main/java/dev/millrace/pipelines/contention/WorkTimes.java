// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import com.codahale.metrics.Timer;
import dev.millrace.observe.Measure;
import java.util.concurrent.TimeUnit;

/** How long each kind of work took a block in this JVM, from slot to slot. */
public final class WorkTimes {

  private static final double NANOS = 1e9;

  private WorkTimes() {}

  static void add(Kind kind, long nanos) {
    timer(kind).update(nanos, TimeUnit.NANOSECONDS);
  }

  /** How long 99 of 100 took at most, in seconds; of those of the last minutes. */
  public static double p99Seconds(Kind kind) {
    return timer(kind).getSnapshot().get99thPercentile() / NANOS;
  }

  private static Timer timer(Kind kind) {
    return Measure.registry()
        .timer(Measure.labelled("millrace_work_seconds", "kind", kind.toString()));
  }
}
