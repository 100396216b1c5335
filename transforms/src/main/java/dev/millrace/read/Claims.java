// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.ledger.Interval;
import dev.millrace.observe.Measure;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;

/** One call's dealings with its runner: what it may read, what it output. */
final class Claims {

  private final Split split;
  private final RestrictionTracker<Range, Range> tracker;
  private final OutputReceiver<Block> out;
  private Range range;
  private Range rest;
  private boolean refused;
  private String low;
  private String high;
  private int blocks;

  Claims(Split split, RestrictionTracker<Range, Range> tracker, OutputReceiver<Block> out) {
    this.split = split;
    this.tracker = tracker;
    this.out = out;
    this.range = tracker.currentRestriction();
    this.rest = range;
    this.low = rest.start();
    this.high = low;
  }

  /** What this call is to read. */
  Range range() {
    return range;
  }

  /** The split that is read. */
  Split split() {
    return split;
  }

  /** Says what the range turned out to be, before anything is claimed. */
  void found(Range known) {
    range = known;
    rest = known;
  }

  /** Blocks output so far. */
  int blocks() {
    return blocks;
  }

  /**
   * Asks to have read everything before {@code rest}.
   *
   * @return false when the runner took the rest away; nothing more may be output
   */
  boolean claim(Range newRest) {
    refused = !tracker.tryClaim(newRest);
    if (!refused) {
      rest = newRest;
      low = high;
      high = newRest.isEmpty() ? "" : newRest.start();
    }
    return !refused;
  }

  /** Whether this split is to be read further, in another call. */
  boolean hasMore() {
    return !refused && !rest.isEmpty();
  }

  /** Outputs the rows of a builder, if any, as part of what was claimed last. */
  void output(BlockBuilder rows) {
    if (rows.rows() == 0) {
      return;
    }
    output(rows.build(new Origin(split.name(), 0, low, high)));
  }

  /** Outputs the rows of a builder, even if none, as all there is in an interval. */
  void output(BlockBuilder rows, long epoch, Interval covered) {
    output(rows.build(new Origin(split.name(), epoch, covered.lowText(), covered.highText())));
  }

  private void output(Block block) {
    blocks++;
    Measure.ROWS_READ.add(block.rows());
    Measure.BLOCKS.add(1);
    Measure.BYTES.add(block.bytes());
    out.output(block);
  }
}
