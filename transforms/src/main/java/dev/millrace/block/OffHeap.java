// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.observe.Memory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * The off-heap memory that Arrow vectors take in this JVM (this class loader). Each use draws on a
 * child of one root, whose closing fails if the use leaves a buffer behind. Safe for use by several
 * threads.
 */
public final class OffHeap {

  private static final BufferAllocator ROOT = new RootAllocator();

  static {
    Memory.offHeap(ROOT::getAllocatedMemory);
  }

  private OffHeap() {}

  /** A part to be closed by the caller; {@code use} names it in errors. */
  public static BufferAllocator open(String use) {
    return ROOT.newChildAllocator(use, 0, Long.MAX_VALUE);
  }

  /** Bytes held now. */
  public static long bytes() {
    return ROOT.getAllocatedMemory();
  }

  /** The most bytes held at once since this JVM started. */
  public static long peakBytes() {
    return ROOT.getPeakMemoryAllocation();
  }
}
