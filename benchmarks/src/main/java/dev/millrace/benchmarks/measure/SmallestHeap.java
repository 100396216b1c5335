// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.sql.SQLException;

/** Finds the smallest heap that suffices, to 16 MiB. */
public final class SmallestHeap {

  /** What a heap is found to. */
  public static final ByteSize STEP = ByteSize.ofMebibytes(16);

  private SmallestHeap() {}

  /** Whether a heap suffices. */
  @FunctionalInterface
  public interface Trial {
    boolean suffices(ByteSize heap) throws IOException, SQLException, InterruptedException;
  }

  /**
   * Halves what lies between.
   *
   * @param least to be tried, and the first if it is more than {@link #STEP}: what sufficed for
   *     less work
   * @param most known to suffice
   */
  public static ByteSize find(ByteSize least, ByteSize most, Trial trial)
      throws IOException, SQLException, InterruptedException {
    long tooSmall = least.bytes() - STEP.bytes();
    long enough = most.bytes();
    long next = least.bytes() > STEP.bytes() ? least.bytes() : enough / 8;
    while (enough - tooSmall > STEP.bytes()) {
      ByteSize tried = ByteSize.ofBytes(next / STEP.bytes() * STEP.bytes());
      if (trial.suffices(tried)) {
        enough = tried.bytes();
      } else {
        tooSmall = tried.bytes();
      }
      next = (tooSmall + enough) / 2;
    }
    return ByteSize.ofBytes(enough);
  }
}
