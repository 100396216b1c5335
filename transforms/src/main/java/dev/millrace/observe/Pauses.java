// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * For how long the garbage collector has stopped all threads of this JVM, in milliseconds' steps.
 */
final class Pauses {

  /** What a collector does while the threads go on is told by beans of these names. */
  private static final String CONCURRENT = "Cycles";

  private static final GarbageCollectorMXBean[] COLLECTORS =
      ManagementFactory.getGarbageCollectorMXBeans().stream()
          .filter(each -> !each.getName().endsWith(CONCURRENT))
          .toArray(GarbageCollectorMXBean[]::new);

  private Pauses() {}

  /** Since the JVM started. */
  static long nanos() {
    long millis = 0;
    for (GarbageCollectorMXBean each : COLLECTORS) {
      millis += Math.max(0, each.getCollectionTime());
    }
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** The same in seconds. */
  static double seconds() {
    return nanos() / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
