// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.control.ReadBudget;
import dev.millrace.ledger.Interval;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** One call's dealings with its runner: what it may read, what it output. */
final class Claims {

  private final Split split;
  private final RestrictionTracker<Range, Range> tracker;
  private final OutputReceiver<Block> out;
  private final ReadBudget budget;
  private Range range;
  private Range rest;
  private boolean refused;
  private boolean begun;
  private List<Interval> tail = List.of();
  private boolean lazy;
  private boolean idle;
  private Function<Block, @Nullable Instant> timestamp = block -> null;
  private String low;
  private String high;
  private int blocks;

  Claims(
      Split split,
      RestrictionTracker<Range, Range> tracker,
      OutputReceiver<Block> out,
      ReadBudget budget) {
    this.split = split;
    this.tracker = tracker;
    this.out = out;
    this.budget = budget;
    this.range = tracker.currentRestriction();
    this.rest = range;
    this.low = rest.start();
    this.high = low;
  }

  /** What this call is to read. */
  Range range() {
    return range;
  }

  /** How much to read. */
  ReadBudget budget() {
    return budget;
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

  /**
   * Says that only a part can be read now, after which a tail is left for later.
   *
   * @param known what can be read now
   * @param after what follows it, in order
   * @param stayLazy whether to leave an end without rows for later as well
   * @param timestamps when a block's rows came to be, for the runner's windows
   */
  void found(
      Range known,
      List<Interval> after,
      boolean stayLazy,
      Function<Block, @Nullable Instant> timestamps) {
    range = known;
    rest = known;
    tail = after;
    lazy = stayLazy;
    timestamp = timestamps;
  }

  /** Whether an end without rows is to be left for later. */
  boolean isLazy() {
    return lazy;
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
    refused = !tracker.tryClaim(tail.isEmpty() ? newRest : withTail(newRest));
    if (!refused) {
      begun = true;
      rest = newRest;
      low = high;
      high = newRest.isEmpty() ? "" : newRest.start();
    }
    return !refused;
  }

  private Range withTail(Range newRest) {
    List<Interval> left = new ArrayList<>();
    if (newRest instanceof Range.Gaps gaps) {
      left.addAll(gaps.left());
    }
    int last = left.size() - 1;
    Interval next = tail.get(0);
    if (last >= 0 && Objects.equals(left.get(last).high(), next.low())) {
      left.set(last, new Interval(left.get(last).low(), next.high()));
    } else {
      left.add(next);
    }
    left.addAll(tail.subList(1, tail.size()));
    return new Range.Gaps(((Range.Gaps) range).epoch(), left);
  }

  /** Says that there are no rows, and that this is not worth a word now. */
  void leave() {
    idle = true;
  }

  /** Whether the runner took the rest away. */
  boolean isRefused() {
    return refused;
  }

  /** Whether something was claimed. */
  boolean isBegun() {
    return begun;
  }

  /** Whether all was read that could be read now. */
  boolean isAtTail() {
    return idle || rest.isEmpty();
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
    Stage.moved(block.rows(), block.bytes());
    Instant at = timestamp.apply(block);
    try (Stage.Span span = Stage.enter(Stage.OTHERS)) {
      if (at == null) {
        out.output(block);
      } else {
        out.outputWithTimestamp(block, at);
      }
    }
  }
}
