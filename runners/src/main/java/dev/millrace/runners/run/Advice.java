// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.run;

import dev.millrace.connect.Pool;
import dev.millrace.observe.Bottleneck;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Spent;

/**
 * The one setting of the command to change for a bottleneck, or what else to do where no setting
 * helps.
 *
 * @param holder who held the lock that was waited for
 * @param parallelism of the run
 * @param processors of this machine
 * @param heapMebibytes that this JVM may have
 * @param evicted entries that a cache of this JVM had no room for
 * @param throttled whether connections were waited for mostly because fewer were let in at once
 */
public record Advice(
    Spent cause,
    String holder,
    int parallelism,
    int processors,
    long heapMebibytes,
    long evicted,
    boolean throttled) {

  /** On a bottleneck of this JVM. */
  public static Advice on(Bottleneck found, int parallelism) {
    Runtime machine = Runtime.getRuntime();
    return new Advice(
        found.cause(),
        found.stage().holder(),
        parallelism,
        machine.availableProcessors(),
        machine.maxMemory() >> 20,
        evictions(),
        Pool.throttledSeconds() > found.stage().seconds(Spent.CONNECTION) / 2);
  }

  private static long evictions() {
    return Measure.registry()
        .getCounters((name, metric) -> name.startsWith("millrace_cache_evictions_total{"))
        .values()
        .stream()
        .mapToLong(counter -> counter.getCount())
        .sum();
  }

  /** One, without an end. */
  public String sentence() {
    return switch (cause) {
      case WORKING ->
          parallelism < processors
              ? "--parallelism=%d has all processors at work".formatted(processors)
              : "more processors, and --parallelism by their number, as on a Flink cluster";
      case DATABASE ->
          "--parallelism=%d has more under way at once, if the database can do more"
              .formatted(2 * parallelism);
      case LOCK -> holder + " held them last: end it, or run this when it is over";
      case CONNECTION ->
          throttled
              ? "the database showed that it was too much: --json says by what, in database.events"
              : "raise --max-connections if it was given; otherwise lower --parallelism";
      case SLOT -> "give its pool more slots by MILLRACE_POOL_<NAME>";
      case LOADING ->
          evicted > 0
              ? "--heap gives its cache more room: it had none for %,d entries".formatted(evicted)
              : "--disk keeps what was found for the next run, and --keep says for how long";
      case GC -> "MILLRACE_JAVA_OPTS=-Xmx%dm gives it twice the heap".formatted(2 * heapMebibytes);
      case PROCESSOR ->
          parallelism > processors
              ? "--parallelism=%d has as many at work as there are processors".formatted(processors)
              : "others have the processors: a database on another machine would leave them to it";
      case DOWNSTREAM, REST ->
          "no setting is known: look at it while it runs, as by jcmd PID Thread.print";
    };
  }
}
