// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.control;

import java.time.Duration;

/**
 * How much a read may output before it must return to its runner.
 *
 * <p>The direct runner neither fuses nor pushes back: what a call outputs stays on the heap until
 * the call has ended and the next step has taken it, and every split may be at that point at once.
 * A runner that checks its users holds up to {@value #COPIES} copies of an element. So the blocks
 * of all splits together, so many times, are kept within a part of the heap: first fewer blocks a
 * call, then smaller blocks. A fusing runner needs none of this and loses nothing by it.
 *
 * @param blocksPerCall 1 to {@value #MOST_BLOCKS}
 * @param blockSize the size to cut blocks at
 */
public record ReadBudget(int blocksPerCall, ByteSize blockSize) {

  /** More would save no time: a call costs about as much as a hundredth of this many blocks. */
  private static final int MOST_BLOCKS = 4;

  private static final int COPIES = 3;

  /** How long a call works at most before it returns: a checkpoint waits for it. */
  public static final Duration TIME_PER_CALL = Duration.ofMillis(200);

  /** The part of the heap that blocks on their way may take: one in so many. */
  private static final int HEAP_PART = 4;

  private static final ByteSize SMALLEST = ByteSize.ofKibibytes(32);

  /**
   * Divides a heap.
   *
   * @param heap the most that this JVM's heap can grow to
   * @param splits of the read, 1 or more, all of which may be underway
   * @param wanted the block size asked for; never exceeded
   */
  public static ReadBudget of(ByteSize heap, int splits, ByteSize wanted) {
    long share = heap.bytes() / HEAP_PART / COPIES / splits;
    if (share >= wanted.bytes()) {
      long blocks = share / Math.max(1, wanted.bytes());
      return new ReadBudget((int) Math.min(MOST_BLOCKS, blocks), wanted);
    }
    long floor = Math.min(SMALLEST.bytes(), wanted.bytes());
    return new ReadBudget(1, ByteSize.ofBytes(Math.max(share, floor)));
  }

  /**
   * Divides the heap of this JVM.
   *
   * @param splits of the read, all of which may be underway; none counts as one
   * @param wanted the block size asked for; never exceeded
   */
  public static ReadBudget ofThisJvm(int splits, ByteSize wanted) {
    ByteSize heap = ByteSize.ofBytes(Runtime.getRuntime().maxMemory());
    return of(heap, Math.max(1, splits), wanted);
  }

  /**
   * What is left of it while memory is scarce.
   *
   * @param part of the whole, above 0, to 1
   */
  public ReadBudget within(double part) {
    if (part == 1) {
      return this;
    }
    long floor = Math.min(SMALLEST.bytes(), blockSize.bytes());
    long size = Math.max(floor, (long) (blockSize.bytes() * part));
    return new ReadBudget(Math.max(1, (int) (blocksPerCall * part)), ByteSize.ofBytes(size));
  }

  /** Bytes that a call reads if all goes to plan. */
  public long bytesPerCall() {
    return blocksPerCall * blockSize.bytes();
  }
}
