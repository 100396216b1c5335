// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.observe.ChunkMemory;
import dev.millrace.observe.Memory;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/** Another process that works in chunks, each of which holds something, and perhaps keeps it. */
final class KeptChild {

  static final int BYTES = 64 << 10;
  static final int CHUNKS = 300;

  private static final int SIZE = 10;

  /** Chunks from one collection of the heap to the next. */
  private static final int COLLECTED = 15;

  private static final List<byte[]> LEAK = Collections.synchronizedList(new ArrayList<>());

  private KeptChild() {}

  /** What is known of its chunks, and what it would say if its heap were exhausted. */
  static List<String> run(boolean leaks) throws IOException {
    return ChildJvm.output(
            List.of("-Xmx128m", "-XX:+UseSerialGC"), KeptChild.class, Boolean.toString(leaks))
        .lines()
        .toList();
  }

  /** Holds some bytes while it is open. */
  private static final class Holding implements Chunk<Long> {
    private final boolean leaks;
    private final long from;
    private final long to;
    private byte @Nullable [] held = new byte[BYTES];
    private long next;

    Holding(boolean leaks, long from, long to) {
      this.leaks = leaks;
      this.from = from;
      this.to = to;
      this.next = from;
    }

    @Override
    public @Nullable Long next() {
      return next < to ? Long.valueOf(next++) : null;
    }

    @Override
    public void close() {
      byte[] all = held;
      if (leaks && all != null) {
        LEAK.add(all);
      }
      held = null;
      if (from / SIZE % COLLECTED == 0) {
        System.gc();
      }
    }
  }

  /** Of the child. */
  @SuppressWarnings("SystemOut") // Its parent reads it.
  public static void main(String[] args) {
    boolean leaks = Boolean.parseBoolean(args[0]);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.create());
    pipeline.apply(
        Chunks.of(
                (long) CHUNKS * SIZE, VarLongCoder.of(), (from, to) -> new Holding(leaks, from, to))
            .named("samples")
            .size(SIZE)
            .parallelism(2));
    pipeline.run().waitUntilFinish();
    ChunkMemory.all()
        .forEach(
            (stage, chunks) -> {
              System.out.println(stage);
              System.out.println(chunks.closed());
              System.out.println(chunks.keptEach().orElse(-1));
            });
    System.out.println(Memory.ofThisJvm().report());
  }
}
