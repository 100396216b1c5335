// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Measures what the threads of this JVM (this class loader) spend their time on, by the stage that
 * they are in. A stage is one thing that a pipeline does, as in {@code read public.item}; of its
 * threads each says when it goes in and out, and what it waits for within:
 *
 * <pre>{@code
 * try (Stage.Span span = Stage.enter("write public.item")) {
 *   try (Stage.Wait wait = Stage.waiting(Spent.CONNECTION)) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Who goes into a stage within another, as where a runner fuses, is then in that one only, and
 * the outer spends its time {@link Spent#DOWNSTREAM}. To go in or out, or to begin or end a wait,
 * takes some 2 µs of a processor, and 4 µs more where the stage changes: it is for what takes
 * longer, as a block does and a row does not. Stages are few: after the first 500 all others count
 * as one.
 *
 * <p>Safe for use by several threads.
 */
public final class Stage {

  /** All that follows a stage on its thread and is no stage. */
  public static final String OTHERS = "other steps";

  /** To be in a stage. Closed by the thread that went in. */
  public interface Span extends AutoCloseable {
    @Override
    void close();
  }

  /** To wait, or to do what may wait. Closed by the thread that began it. */
  public interface Wait extends AutoCloseable {

    /**
     * Another thread saw that so much of it was for a lock.
     *
     * @param nanos since it was last seen
     * @param by who held it
     */
    void locked(long nanos, String by);

    @Override
    void close();
  }

  /** Of a thread that is in no stage. */
  private static final Wait NONE =
      new Wait() {
        @Override
        public void locked(long nanos, String by) {
          // Nobody asks.
        }

        @Override
        public void close() {
          // Nothing was begun.
        }
      };

  private Stage() {}

  /** Has this thread go into a stage. */
  public static Span enter(String stage) {
    return StageThread.current().enter(stage);
  }

  /**
   * Says what this thread may wait for from now on: whenever it neither computes nor is kept from
   * it, it waits for that. Does nothing outside of stages.
   */
  public static Wait waiting(Spent spent) {
    Wait wait = StageThread.current().await(spent);
    return wait == null ? NONE : wait;
  }

  /**
   * Tells that a block goes through the stage that this thread is in. Does nothing outside of
   * stages.
   *
   * @param rows of the block
   * @param bytes of it
   */
  public static void moved(long rows, long bytes) {
    StageThread.current().moved(rows, bytes);
  }

  /** The same output, whose time is that of the steps that follow. */
  public static <T> Consumer<T> downstream(Consumer<T> output) {
    return element -> {
      try (Span span = enter(OTHERS)) {
        output.accept(element);
      }
    };
  }

  /** What the stages have spent since this JVM started, what is under way included, by name. */
  public static SortedMap<String, StageTime> times() {
    SortedMap<String, StageTime> times = new TreeMap<>();
    Map<StageTotals, Map<Spent, Long>> more = new HashMap<>();
    StageThread.within()
        .forEach(
            thread ->
                thread.underWay(
                    (stage, nanos) ->
                        nanos.forEach(
                            (spent, each) ->
                                more.computeIfAbsent(stage, s -> new EnumMap<>(Spent.class))
                                    .merge(spent, each, Long::sum))));
    for (StageTotals each : StageTotals.all()) {
      StageTime time = each.time();
      times.put(time.stage(), time.plus(more.getOrDefault(each, Map.of())));
    }
    return times;
  }

  /** What they spent since other times were taken; of those that spent something. */
  public static List<StageTime> since(Map<String, StageTime> before) {
    Collection<StageTime> now = times().values();
    return now.stream()
        .map(each -> before.containsKey(each.stage()) ? each.since(before.get(each.stage())) : each)
        .filter(each -> each.seconds() > 0)
        .toList();
  }
}
