// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.time.Duration;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;

/**
 * Works on ranges of chunks. A call does a few and returns, so that a runner that does not fuse can
 * pass their elements on, and a checkpoint need not wait.
 */
@DoFn.BoundedPerElement
final class ChunksFn<T> extends DoFn<OffsetRange, T> {

  private static final long NANOS_PER_CALL = Duration.ofMillis(200).toNanos();

  private final Chunks.Generator<T> generator;
  private final long records;
  private final long size;

  ChunksFn(Chunks.Generator<T> generator, long records, long size) {
    this.generator = generator;
    this.records = records;
    this.size = size;
  }

  @GetInitialRestriction
  public OffsetRange initialRestriction(@Element OffsetRange split) {
    return split;
  }

  @ProcessElement
  public ProcessContinuation process(
      RestrictionTracker<OffsetRange, Long> tracker, OutputReceiver<T> out) throws Exception {
    long start = System.nanoTime();
    long elements = 0;
    long next = tracker.currentRestriction().getFrom();
    while (tracker.tryClaim(next)) {
      elements += work(next++, out);
      if (elements >= Chunks.ELEMENTS_PER_CALL || System.nanoTime() - start >= NANOS_PER_CALL) {
        return ProcessContinuation.resume();
      }
    }
    return ProcessContinuation.stop();
  }

  /** Does one chunk; returns the number of its elements. */
  @SuppressWarnings("try") // The resource is there to be closed.
  private long work(long number, OutputReceiver<T> out) throws Exception {
    long from = number * size;
    long to = Math.min(records - from, size) + from;
    long elements = 0;
    Chunk<T> chunk = generator.open(from, to);
    try (AutoCloseable closing = chunk::close) {
      for (T element = chunk.next(); element != null; element = chunk.next()) {
        out.output(element);
        elements++;
        // Also the answer of a runner that cancels; reset, so that closing is not disturbed.
        if (Thread.interrupted()) {
          throw new InterruptedException(
              "Cannot go on with records " + from + " to " + to + ": interrupted");
        }
      }
    }
    return elements;
  }
}
