// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import dev.millrace.control.ByteSize;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What this JVM takes of the memory that it may take. Safe for use by several threads. */
final class JvmMemory {

  /** Of what lasts: more of it makes collections frequent, and each of them long. */
  private static final double LIVE = 0.8;

  /** Of the heap: what stages may hold at once, the rest being for what is on its way. */
  private static final double HELD = 0.5;

  /** Of the time that collections may take. */
  private static final double COLLECTING = 0.25;

  /** Of what the process may take. */
  private static final double RESIDENT = 0.95;

  /** A collection now and then, however long, is no sign; in so long two thirds are forgotten. */
  private static final double MEMORY = Duration.ofSeconds(3).toNanos();

  /**
   * A look.
   *
   * @param pressure how many times as scarce memory is as can be borne, by the worst sign
   * @param kind of that sign, in a word
   * @param sign in a sentence without its end
   */
  record Sample(double pressure, String kind, String sign) {

    private Sample or(Sample other) {
      return other.pressure > pressure ? other : this;
    }
  }

  private final long heap = Runtime.getRuntime().maxMemory();
  private final long limit = machine();
  private volatile LongSupplier offHeap = () -> 0;
  private long collected;
  private long looked = System.nanoTime();
  private double collecting;

  void offHeap(LongSupplier bytes) {
    offHeap = bytes;
  }

  long offHeap() {
    return offHeap.getAsLong();
  }

  /** Bytes of the heap's oldest part that were in use when that was collected last. */
  long live() {
    MemoryUsage old = old();
    return old == null ? 0 : old.getUsed();
  }

  private static @Nullable MemoryUsage old() {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      // Where objects are born there is no threshold.
      if (pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported()) {
        return pool.getCollectionUsage();
      }
    }
    return null;
  }

  /** What the oldest part can grow to. */
  private long oldest() {
    MemoryUsage old = old();
    return old == null || old.getMax() < 0 ? heap : old.getMax();
  }

  /** Bytes that the process takes; 0 where that is not known. */
  long resident() {
    return ResidentMemory.bytes().orElse(0);
  }

  /** Bytes that the machine, or the container, has. */
  long limit() {
    return limit;
  }

  private static long machine() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /**
   * Looks at all of it.
   *
   * @param held by stages, in bytes
   */
  synchronized Sample sample(long held) {
    long live = live();
    long taken = held + offHeap();
    long resident = resident();
    collect();
    return new Sample(
            live / LIVE / oldest(),
            "live",
            "%s of a heap of %s are in use after its collections".formatted(size(live), size(heap)))
        .or(
            new Sample(
                taken / HELD / heap,
                "held",
                "stages hold %s, with a heap of %s".formatted(size(taken), size(heap))))
        .or(
            new Sample(
                collecting / COLLECTING,
                "collecting",
                "%.0f %% of the time goes to collecting a heap of %s"
                    .formatted(100 * collecting, size(heap))))
        .or(
            new Sample(
                resident / RESIDENT / limit,
                "resident",
                "the process takes %s of %s".formatted(size(resident), size(limit))));
  }

  /** Looks for which part of the time since the last look the heap was collected. */
  private void collect() {
    long paused = Pauses.nanos();
    long now = System.nanoTime();
    double elapsed = Math.max(1, now - looked);
    double part = Math.min(1, (paused - collected) / elapsed);
    collecting += (1 - Math.exp(-elapsed / MEMORY)) * (part - collecting);
    looked = now;
    collected = paused;
  }

  private static ByteSize size(long bytes) {
    return ByteSize.ofBytes(bytes);
  }
}
