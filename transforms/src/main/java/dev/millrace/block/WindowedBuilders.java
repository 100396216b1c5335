// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import static java.util.Objects.requireNonNull;

import dev.millrace.control.ByteSize;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a bundle, collected into a block a window. A block is output with the time of the
 * last element that went into it: none of its elements may hold the watermark back after it.
 */
final class WindowedBuilders implements Serializable {

  private final Marshalled<BlockSchema> schema;
  private final ByteSize size;

  // Bundle scoped.
  private transient @Nullable Map<BoundedWindow, Part> parts;

  WindowedBuilders(BlockSchema schema, ByteSize size) {
    this.schema = Marshalled.of(schema);
    this.size = size;
  }

  void start() {
    parts = new LinkedHashMap<>();
  }

  /** The part that rows of a window go to. */
  Part part(BoundedWindow window, Instant timestamp) {
    Part part = requireNonNull(parts).computeIfAbsent(window, unused -> new Part());
    part.latest = timestamp;
    return part;
  }

  /** Outputs what is left, at the end of the bundle. */
  void finish(DoFn<?, Block>.FinishBundleContext context) {
    requireNonNull(parts)
        .forEach((window, part) -> part.flush(block -> context.output(block, part.latest, window)));
    parts = null;
  }

  /** The rows of one window. */
  final class Part {
    private final BlockBuilder builder = new BlockBuilder(schema.get());
    private Origin origin = Origin.NONE;
    // Whether a block went in since the last one came out; even one without rows covers.
    private boolean covers;
    private Instant latest = BoundedWindow.TIMESTAMP_MIN_VALUE;

    BlockBuilder builder() {
      return builder;
    }

    /** A block of this origin comes next: outputs what is there unless the block continues it. */
    void startOrigin(Origin next, Consumer<Block> out) {
      if (isPending() && origin.isContinuedBy(next)) {
        origin = new Origin(origin.split(), origin.epoch(), origin.low(), next.high());
      } else {
        flush(out);
        origin = next;
      }
      covers = true;
    }

    private boolean isPending() {
      return covers || builder.rows() > 0;
    }

    void flushIfFull(Consumer<Block> out) {
      if (builder.bytes() >= size.bytes()) {
        flush(out);
      }
    }

    private void flush(Consumer<Block> out) {
      if (isPending()) {
        out.accept(builder.build(origin));
        covers = false;
      }
    }
  }
}
