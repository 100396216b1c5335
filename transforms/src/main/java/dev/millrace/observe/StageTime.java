// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a stage spent the time of its threads on, all together. Immutable.
 *
 * @param stage as in {@code write public.item}
 * @param nanos by what they were spent on; what is not there is 0
 * @param allocatedBytes on the heap
 * @param io what its threads read and wrote, of what ended by now
 * @param moved what went through it
 * @param holder who held the lock that was waited for last, as in {@code session 17 of app}; empty
 *     if none was seen
 */
public record StageTime(
    String stage,
    Map<Spent, Long> nanos,
    long allocatedBytes,
    IoBytes io,
    Moved moved,
    String holder) {

  public StageTime {
    EnumMap<Spent, Long> copy = new EnumMap<>(Spent.class);
    copy.putAll(nanos);
    nanos = Collections.unmodifiableMap(copy);
  }

  /** Seconds that it spent on something. */
  public double seconds(Spent spent) {
    return nanos.getOrDefault(spent, 0L) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** Seconds that its threads were within it. */
  public double seconds() {
    return nanos.keySet().stream().mapToDouble(this::seconds).sum();
  }

  /** The same, without those of the steps that follow. */
  public double ownSeconds() {
    return seconds() - seconds(Spent.DOWNSTREAM);
  }

  /** What part of its seconds it spent on something, from 0 to 1. */
  public double share(Spent spent) {
    double all = seconds();
    return all == 0 ? 0 : seconds(spent) / all;
  }

  /** The same, and more. */
  StageTime plus(Map<Spent, Long> more) {
    Map<Spent, Long> sums = new EnumMap<>(Spent.class);
    sums.putAll(nanos);
    more.forEach((spent, each) -> sums.merge(spent, each, Long::sum));
    return new StageTime(stage, sums, allocatedBytes, io, moved, holder);
  }

  /** What came after. */
  StageTime since(StageTime before) {
    Map<Spent, Long> more = new EnumMap<>(Spent.class);
    nanos.forEach(
        (spent, now) -> more.put(spent, Math.max(0, now - before.nanos.getOrDefault(spent, 0L))));
    return new StageTime(
        stage,
        more,
        allocatedBytes - before.allocatedBytes,
        io.minus(before.io),
        moved.minus(before.moved),
        holder);
  }
}
