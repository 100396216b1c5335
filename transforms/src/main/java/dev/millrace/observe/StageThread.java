// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread's way through its stages: what it is in, and what it spent since it last went in or out
 * of something. That is split by what was measured, in this order: the time that it computed, that
 * it had no processor, and that all threads were stopped. Only what is left is a wait for what it
 * is said to wait for, so that a wait may enclose work.
 *
 * <p>Used by its thread, but for {@link #underWay}.
 */
final class StageThread {

  /** So much later what a thread read and wrote is looked at even within one stage. */
  private static final long IO_LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  private static final ThreadLocal<StageThread> CURRENT = ThreadLocal.withInitial(StageThread::new);

  /** Those that are within a stage. */
  private static final Set<StageThread> WITHIN = ConcurrentHashMap.newKeySet();

  private final ThreadUse use = new ThreadUse();
  private @Nullable Frame top;
  private long nanos;
  private long cpu;
  private long delay;
  private long pauses;
  private long allocated;
  private long ioNanos;
  private IoBytes io = IoBytes.NONE;

  static StageThread current() {
    return CURRENT.get();
  }

  static Set<StageThread> within() {
    return WITHIN;
  }

  /** Goes into a stage. */
  Frame enter(String stage) {
    if (top == null) {
      WITHIN.add(this);
    }
    return push(StageTotals.of(stage), Spent.REST, true);
  }

  /** Begins to wait; null outside of stages. */
  @Nullable Frame await(Spent spent) {
    return top == null ? null : push(top.stage, waitsFor(top.spent, spent), false);
  }

  /** Whom a cache asks for what it does not have is the cache's own affair. */
  private static Spent waitsFor(Spent outer, Spent inner) {
    return outer == Spent.LOADING && inner == Spent.DATABASE ? outer : inner;
  }

  /** Something goes through the stage that it is in, if it is in one. */
  void moved(long rows, long bytes) {
    if (top != null) {
      top.stage.moved(rows, bytes);
    }
  }

  private synchronized Frame push(StageTotals stage, Spent spent, boolean isSpan) {
    settle(isSpan);
    StageChange.tell(top == null ? null : top.stage, stage);
    Frame next = new Frame(this, top, stage, spent, isSpan, nanos);
    top = next;
    return next;
  }

  private synchronized void pop(Frame frame) {
    settle(frame.isSpan);
    if (frame.isSpan && frame.below != null) {
      frame.below.stage.add(Spent.DOWNSTREAM, nanos - frame.began);
    }
    top = frame.below;
    StageChange.tell(frame.stage, top == null ? null : top.stage);
    if (top == null) {
      WITHIN.remove(this);
    }
  }

  /**
   * Charges what was spent since the last time to what the thread was in.
   *
   * @param isChange whether the thread leaves the stage, for another or for good
   */
  private void settle(boolean isChange) {
    long nowPauses;
    long nowNanos;
    do {
      // A pause between the two would be of this interval by one and of the next by the other.
      nowPauses = Pauses.nanos();
      nowNanos = System.nanoTime();
    } while (nowPauses != Pauses.nanos());
    long nowCpu = use.cpu();
    long nowDelay = use.delay();
    long nowAllocated = use.allocated();
    Frame frame = top;
    if (frame != null) {
      long left = nowNanos - nanos;
      left -= charge(frame, Spent.WORKING, nowCpu - cpu, left);
      left -= charge(frame, Spent.PROCESSOR, nowDelay - delay, left);
      left -= charge(frame, Spent.GC, nowPauses - pauses, left);
      left -= charge(frame, Spent.LOCK, frame.locked.getAndSet(0), left);
      frame.stage.add(frame.spent, left);
      frame.stage.allocated(nowAllocated - allocated);
    }
    // It costs as much as all else together, and so is not asked for at each wait.
    if (isChange || nowNanos - ioNanos > IO_LOOK) {
      settleIo(frame);
      ioNanos = nowNanos;
    }
    nanos = nowNanos;
    cpu = nowCpu;
    delay = nowDelay;
    pauses = nowPauses;
    allocated = nowAllocated;
  }

  private void settleIo(@Nullable Frame frame) {
    IoBytes now = use.io();
    if (frame != null) {
      frame.stage.transferred(now.minus(io));
    }
    io = now;
  }

  private static long charge(Frame frame, Spent spent, long measured, long most) {
    long charged = Math.max(0, Math.min(measured, most));
    frame.stage.add(spent, charged);
    return charged;
  }

  /** Tells, from another thread, what is not charged yet. */
  synchronized void underWay(BiConsumer<StageTotals, Map<Spent, Long>> told) {
    Frame frame = top;
    if (frame == null) {
      return;
    }
    long now = System.nanoTime();
    long left = now - nanos;
    long worked = Math.max(0, Math.min(use.cpuFromOutside() - cpu, left));
    long locked = Math.min(frame.locked.get(), left - worked);
    told.accept(frame.stage, Map.of(Spent.WORKING, worked));
    told.accept(frame.stage, Map.of(Spent.LOCK, locked));
    told.accept(frame.stage, Map.of(frame.spent, left - worked - locked));
    for (Frame each = frame; each.below != null; each = each.below) {
      if (each.isSpan) {
        told.accept(each.below.stage, Map.of(Spent.DOWNSTREAM, now - each.began));
      }
    }
  }

  /** A stage that a thread is in, or what it waits for within one. */
  static final class Frame implements Stage.Span, Stage.Wait {

    private final StageThread thread;
    private final @Nullable Frame below;
    private final StageTotals stage;
    private final Spent spent;
    private final boolean isSpan;
    private final long began;
    private final AtomicLong locked = new AtomicLong();
    private boolean isOver;

    private Frame(
        StageThread thread,
        @Nullable Frame below,
        StageTotals stage,
        Spent spent,
        boolean isSpan,
        long began) {
      this.thread = thread;
      this.below = below;
      this.stage = stage;
      this.spent = spent;
      this.isSpan = isSpan;
      this.began = began;
    }

    @Override
    public void locked(long forNanos, String by) {
      locked.addAndGet(forNanos);
      stage.heldBy(by);
    }

    @Override
    public void close() {
      if (!isOver) {
        isOver = true;
        thread.pop(this);
      }
    }
  }
}
