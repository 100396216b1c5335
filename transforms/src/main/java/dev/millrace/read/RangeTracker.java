// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.SplitResult;
import org.jspecify.annotations.Nullable;

/**
 * Tracks how far a {@link Range} was read. A claim names what would be left after it. Checkpoints
 * are granted, splits of what is underway are not: no runner asks for them, and ranges are cut
 * small beforehand.
 */
final class RangeTracker extends RestrictionTracker<Range, Range> {

  private final IsBounded bounded;
  private Range range;
  private Range left;
  private boolean stopped;

  RangeTracker(Range range, IsBounded bounded) {
    this.bounded = bounded;
    this.range = range;
    this.left = range;
  }

  @Override
  public boolean tryClaim(Range rest) {
    if (stopped) {
      return false;
    }
    left = rest;
    return true;
  }

  @Override
  public Range currentRestriction() {
    return range;
  }

  @Override
  public @Nullable SplitResult<Range> trySplit(double fractionOfRemainder) {
    if (fractionOfRemainder > 0 || stopped || left.isEmpty()) {
      return null;
    }
    stopped = true;
    Range residual = left;
    // What was claimed needs no description: it is never read again.
    range = Range.NOTHING;
    return SplitResult.of(range, residual);
  }

  @Override
  public void checkDone() {
    if (!stopped && !left.isEmpty()) {
      throw new IllegalStateException("Cannot end the read of " + range + ": left is " + left);
    }
  }

  @Override
  public IsBounded isBounded() {
    return bounded;
  }
}
