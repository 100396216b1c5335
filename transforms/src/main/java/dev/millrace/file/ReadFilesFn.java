// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.Marshalled;
import dev.millrace.control.ByteSize;
import dev.millrace.control.ReadBudget;
import dev.millrace.observe.Measure;
import dev.millrace.observe.Memory;
import dev.millrace.observe.RejectReason;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.io.IOException;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.OffsetRangeTracker;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.SplitResult;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Reads lanes. A call reads a few blocks and returns, so that the runner can pass them on; see
 * {@link ReadBudget}.
 */
@DoFn.BoundedPerElement
final class ReadFilesFn extends DoFn<Lane, Block> implements Staged {

  private final Marshalled<FileFormat> format;
  private final ByteSize blockSize;
  private final String read;
  private final @Nullable TupleTag<RejectedRecord> rejects;

  // Worker scoped.
  private transient @Nullable OpenReaders open;

  /**
   * @param read a name that no other read of this JVM has
   * @param rejects where bad records go; null if they end the read
   */
  ReadFilesFn(
      FileFormat format,
      ByteSize blockSize,
      String read,
      @Nullable TupleTag<RejectedRecord> rejects) {
    this.format = Marshalled.of(format);
    this.blockSize = blockSize;
    this.read = read;
    this.rejects = rejects;
  }

  /**
   * Grants checkpoints and no other splits: of a record that reaches from one part into the next
   * both or none would be read.
   */
  private static final class Tracker extends OffsetRangeTracker {
    Tracker(OffsetRange range) {
      super(range);
    }

    @Override
    public @Nullable SplitResult<OffsetRange> trySplit(double fraction) {
      return fraction > 0 ? null : super.trySplit(fraction);
    }
  }

  @Override
  public String stage() {
    return "read files";
  }

  @Setup
  public void setup() {
    open = OpenReaders.join(read);
  }

  @GetInitialRestriction
  public OffsetRange initialRestriction(@Element Lane lane) {
    return lane.range();
  }

  @NewTracker
  public OffsetRangeTracker newTracker(@Restriction OffsetRange range) {
    return new Tracker(range);
  }

  @ProcessElement
  public ProcessContinuation process(
      @Element Lane lane, RestrictionTracker<OffsetRange, Long> tracker, MultiOutputReceiver out)
      throws IOException {
    long start = System.nanoTime();
    long end = lane.range().getTo();
    long at = tracker.currentRestriction().getFrom();
    ReadBudget budget =
        ReadBudget.ofThisJvm(lane.lanes(), blockSize).within(Memory.ofThisJvm().room());
    PartReader reader = requireNonNull(open).take(lane.number(), at);
    int blocks = 0;
    try (Stage.Span span = Stage.enter(stage())) {
      while (at < end) {
        if (blocks >= budget.blocksPerCall()
            || (blocks > 0 && System.nanoTime() - start >= ReadBudget.TIME_PER_CALL.toNanos())) {
          if (reader != null) {
            requireNonNull(open).put(lane.number(), at, reader);
            reader = null;
          }
          return ProcessContinuation.resume();
        }
        int part = Lane.part(at);
        if (reader == null) {
          FilePart next = lane.parts().get(part);
          long within = Math.max(next.from(), Lane.within(at));
          reader = format.get().open(next, within, budget.blockSize());
        }
        Batch batch = reader.next();
        long after =
            batch == null ? Lane.position(part + 1, 0) : Lane.position(part, reader.position());
        if (!tracker.tryClaim(after - 1)) {
          return ProcessContinuation.stop();
        }
        at = after;
        if (batch == null) {
          reader.close();
          reader = null;
        } else {
          output(batch, out);
          blocks++;
        }
      }
      return ProcessContinuation.stop();
    } finally {
      if (reader != null) {
        reader.close();
      }
    }
  }

  private void output(Batch batch, MultiOutputReceiver out) throws IOException {
    if (!batch.bad().isEmpty()) {
      if (rejects == null) {
        throw batch.bad().get(0).failure();
      }
      RejectReason.MALFORMED_RECORD.count(batch.bad().size());
      batch.bad().forEach(bad -> out.get(rejects).output(bad));
    }
    Block rows = batch.rows();
    if (rows.rows() > 0) {
      Measure.ROWS_READ.add(rows.rows());
      Measure.BLOCKS.add(1);
      Measure.BYTES.add(rows.bytes());
      Stage.moved(rows.rows(), rows.bytes());
      Stage.downstream(out.get(ReadFiles.BLOCKS)::output).accept(rows);
    }
  }

  @Teardown
  public void teardown() throws IOException {
    if (open != null) {
      open.leave(read);
      open = null;
    }
  }
}
