// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Does a user's own work on records 0 to N in chunks: each is opened when its turn comes, asked for
 * one element after the other, and closed before the next is opened.
 *
 * <p>Bounded. Every chunk is done at least once, and exactly once where the runner repeats no work.
 * Memory is bounded however many records there are: by {@value #SPLITS_PER_THREAD} splits a thread,
 * of which each has one chunk open at most, and on a runner that does not fuse by what each outputs
 * before it lets others go on: {@value #ELEMENTS_PER_CALL} elements, of blocks as many as a read
 * outputs, or those of one chunk if they are more.
 *
 * <p>Immutable; every with-er returns a new instance.
 *
 * @param <T> of an element
 */
public final class Chunks<T> extends PTransform<PBegin, PCollection<T>> {

  /** Opens chunks. Called by several threads at once. */
  @FunctionalInterface
  public interface Generator<T> extends Serializable {
    /**
     * Opens a chunk.
     *
     * @param from its first record
     * @param to the record after its last
     */
    Chunk<T> open(long from, long to) throws Exception;
  }

  /** So many keep all threads busy to the end, though some take longer than others. */
  static final int SPLITS_PER_THREAD = 8;

  /** About as many as the direct runner lets pass before it cuts a call off. */
  static final int ELEMENTS_PER_CALL = 100;

  private static final long DEFAULT_SIZE = 1_000;

  private final long records;
  private final Coder<T> coder;
  private final Generator<T> generator;
  private final long size;
  private final int parallelism;

  private Chunks(
      @Nullable String name,
      long records,
      Coder<T> coder,
      Generator<T> generator,
      long size,
      int parallelism) {
    super(name);
    this.records = records;
    this.coder = coder;
    this.generator = generator;
    this.size = size;
    this.parallelism = parallelism;
  }

  /**
   * Works on so many records, 0 or more.
   *
   * @param coder of an element
   */
  public static <T> Chunks<T> of(long records, Coder<T> coder, Generator<T> generator) {
    if (records < 0) {
      throw new IllegalArgumentException(
          "Invalid number of records: " + records + " (must be 0 or more)");
    }
    int processors = Runtime.getRuntime().availableProcessors();
    return new Chunks<>(null, records, coder, generator, DEFAULT_SIZE, processors);
  }

  /**
   * What the elements are, in a word or two, default {@code chunks}: the step's name unless it is
   * applied under another, and what its stage is called in summaries and metrics, as in {@code make
   * orders}.
   */
  public Chunks<T> named(String newName) {
    if (newName.isBlank()) {
      throw new IllegalArgumentException("Invalid name: '' (must say what the elements are)");
    }
    return new Chunks<>(newName, records, coder, generator, size, parallelism);
  }

  /**
   * Records of a chunk, 1 or more; default {@value #DEFAULT_SIZE}. Larger ones are opened less
   * often; the elements of one are output before others go on.
   */
  public Chunks<T> size(long newSize) {
    if (newSize < 1) {
      throw new IllegalArgumentException(
          "Invalid size of a chunk: " + newSize + " (must be 1 or more)");
    }
    return new Chunks<>(name, records, coder, generator, newSize, parallelism);
  }

  /** How many threads the runner will use, 1 or more; default: this machine's processors. */
  public Chunks<T> parallelism(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "Invalid parallelism: " + threads + " (must be 1 or more)");
    }
    return new Chunks<>(name, records, coder, generator, size, threads);
  }

  /** Ranges of chunks, by their numbers. */
  List<OffsetRange> splits() {
    long chunks = records / size + (records % size == 0 ? 0 : 1);
    long count = Math.min(chunks, (long) SPLITS_PER_THREAD * parallelism);
    List<OffsetRange> splits = new ArrayList<>();
    long from = 0;
    for (long left = count; left > 0; left--) {
      long to = from + (chunks - from) / left;
      splits.add(new OffsetRange(from, to));
      from = to;
    }
    return splits;
  }

  @Override
  public PCollection<T> expand(PBegin input) {
    String stage = "make " + (name == null ? "chunks" : name);
    return input
        .apply("Splits", Create.of(splits()).withCoder(OffsetRange.Coder.of()))
        .apply("Work", ParDo.of(new ChunksFn<>(generator, stage, records, size, splits().size())))
        .setCoder(coder);
  }
}
