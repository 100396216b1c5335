// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.Block;
import dev.millrace.block.Blocks;
import dev.millrace.control.ReadBudget;
import dev.millrace.observe.ChunkMemory;
import dev.millrace.observe.Memory;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;

/**
 * Works on ranges of chunks. A call does a few and returns, so that a runner that does not fuse can
 * pass their elements on, and a checkpoint need not wait.
 */
@DoFn.BoundedPerElement
final class ChunksFn<T> extends DoFn<OffsetRange, T> implements Staged {

  /** To leave the stage for an element and come back takes a tenth of that. */
  private static final long NANOS_WORTH_TELLING = TimeUnit.MICROSECONDS.toNanos(50);

  private final Chunks.Generator<T> generator;
  private final String stage;
  private final long records;
  private final long size;
  private final int splits;

  ChunksFn(Chunks.Generator<T> generator, String stage, long records, long size, int splits) {
    this.generator = generator;
    this.stage = stage;
    this.records = records;
    this.size = size;
    this.splits = splits;
  }

  @Override
  public String stage() {
    return stage;
  }

  @GetInitialRestriction
  public OffsetRange initialRestriction(@Element OffsetRange split) {
    return split;
  }

  @ProcessElement
  public ProcessContinuation process(
      RestrictionTracker<OffsetRange, Long> tracker, OutputReceiver<T> out) throws Exception {
    long start = System.nanoTime();
    Passed passed = new Passed(bytesPerCall());
    long next = tracker.currentRestriction().getFrom();
    try (Stage.Span span = Stage.enter(stage)) {
      while (tracker.tryClaim(next)) {
        work(next++, out, passed);
        ChunkMemory.of(stage).closed();
        if (passed.isEnough() || System.nanoTime() - start >= ReadBudget.TIME_PER_CALL.toNanos()) {
          return ProcessContinuation.resume();
        }
      }
      return ProcessContinuation.stop();
    }
  }

  private long bytesPerCall() {
    return ReadBudget.ofThisJvm(splits, Blocks.DEFAULT_SIZE)
        .within(Memory.ofThisJvm().room())
        .bytesPerCall();
  }

  /** What a call has output so far. */
  private static final class Passed {
    private final long most;
    private long elements;
    private long bytes;

    Passed(long most) {
      this.most = most;
    }

    void add(Object element) {
      elements++;
      // Of what else it is, nobody knows the size.
      bytes += element instanceof Block block ? block.bytes() : 0;
    }

    boolean isEnough() {
      return elements >= Chunks.ELEMENTS_PER_CALL || bytes >= most;
    }
  }

  /** Does one chunk. */
  @SuppressWarnings("try") // The resource is there to be closed.
  private void work(long number, OutputReceiver<T> out, Passed passed) throws Exception {
    long from = number * size;
    long to = Math.min(records - from, size) + from;
    Chunk<T> chunk = generator.open(from, to);
    try (AutoCloseable closing = chunk::close) {
      Consumer<T> downstream = Stage.downstream(out::output);
      long began = System.nanoTime();
      boolean isSlow = true;
      for (T element = chunk.next(); element != null; element = chunk.next()) {
        if (isSlow) {
          downstream.accept(element);
        } else {
          out.output(element);
        }
        passed.add(element);
        long now = System.nanoTime();
        isSlow = now - began >= NANOS_WORTH_TELLING;
        began = now;
        // Also the answer of a runner that cancels; reset, so that closing is not disturbed.
        if (Thread.interrupted()) {
          throw new InterruptedException(
              "Cannot go on with records " + from + " to " + to + ": interrupted");
        }
      }
    }
  }
}
