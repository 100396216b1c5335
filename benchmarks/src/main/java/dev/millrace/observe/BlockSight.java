// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.block.Column;
import dev.millrace.block.Origin;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs a block of the default size to be counted and timed on its way through a copy,
 * beside the least that a copy does with it: to take its values in and to give them out, without a
 * database or its driver. {@code seen} is what {@code copied} and {@code sight} are one by one.
 *
 * <p>Rerun, after {@code ./mvnw package}: {@code java -cp 'runners/target/lib/*'
 * org.openjdk.jmh.Main BlockSight}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(5)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class BlockSight {

  private static final BlockSchema SCHEMA =
      BlockSchema.of(
          Column.of("id", BlockType.INT64),
          Column.of("account", BlockType.INT32),
          Column.of("amount", BlockType.decimal(12, 2)),
          Column.of("created_at", BlockType.TIMESTAMPTZ),
          Column.of("weight", BlockType.FLOAT64),
          Column.of("note", BlockType.TEXT));

  private static final byte[] NOTE = "as long as a customer's name is".getBytes(UTF_8);

  /** A thread that copies. */
  @State(Scope.Thread)
  public static class Copier {

    private final BlockBuilder builder = new BlockBuilder(SCHEMA);
    private final ByteBuffer sent = ByteBuffer.allocate((int) Blocks.DEFAULT_SIZE.bytes() * 2);

    /** Counters of Beam are those of a step. */
    @Setup
    public void beWithinStep() {
      MetricsEnvironment.setCurrentContainer(new MetricsContainerImpl("step"));
    }

    Block take() {
      builder.clear();
      for (long row = 0; builder.bytes() < Blocks.DEFAULT_SIZE.bytes(); row++) {
        builder.column(0).appendLong(row);
        builder.column(1).appendInt((int) row * 31);
        builder.column(2).appendUnscaledLong(row * 7);
        builder.column(3).appendLong(row * 1_000_003);
        builder.column(4).appendDouble(row / 3.0);
        if (row % 8 == 0) {
          builder.column(5).appendNull();
        } else {
          builder.column(5).appendBytes(NOTE, 0, NOTE.length);
        }
      }
      return builder.build(Origin.NONE);
    }

    int give(Block block) {
      sent.clear();
      for (int row = 0; row < block.rows(); row++) {
        sent.putLong(block.column(0).getLong(row));
        sent.putInt(block.column(1).getInt(row));
        sent.putLong(block.column(2).getUnscaledLong(row));
        sent.putLong(block.column(3).getLong(row));
        sent.putDouble(block.column(4).getDouble(row));
        BlockColumn note = block.column(5);
        if (!note.isNull(row)) {
          sent.position(note.copy(row, sent.array(), sent.position()));
        }
      }
      return sent.position();
    }
  }

  /** The work alone. */
  @Benchmark
  public int copied(Copier copier) {
    return copier.give(copier.take());
  }

  /** The sight alone: as if each block were read by a query and written by a commit of its own. */
  @Benchmark
  public int sight() {
    return seen(0, 0, () -> 0);
  }

  /** Both, as in a copy. */
  @Benchmark
  public int seen(Copier copier) {
    Block block = copier.take();
    return seen(block.rows(), block.bytes(), () -> copier.give(block));
  }

  private interface Write {
    int run();
  }

  /** What a block is told of, from when it is read until it is written. */
  private static int seen(int rows, long bytes, Write write) {
    long start = System.nanoTime();
    try (Stage.Span read = Stage.enter("read public.source")) {
      connected(start);
      Timing.READ_QUERY.since(start);
      Measure.ROWS_READ.add(rows);
      Measure.BLOCKS.add(1);
      Measure.BYTES.add(bytes);
      Stage.moved(rows, bytes);
      try (Stage.Span others = Stage.enter(Stage.OTHERS);
          Stage.Span span = Stage.enter("write public.target")) {
        connected(start);
        int written;
        try (Stage.Wait wait = Stage.waiting(Spent.DATABASE)) {
          written = write.run();
          Timing.WRITE_QUERY.since(start);
          Timing.COMMIT.since(start);
        }
        Measure.ROWS_WRITTEN.add(rows);
        Stage.moved(rows, bytes);
        return written;
      }
    }
  }

  private static void connected(long start) {
    try (Stage.Wait wait = Stage.waiting(Spent.CONNECTION)) {
      Timing.POOL_ACQUIRE.since(start);
    }
  }
}
