// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.control.ByteSize;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Cuts blocks anew. Within a bundle, blocks whose positions follow each other flow together; a cut
 * inside a block gives the parts its whole range, since only the reader knows the positions
 * between.
 */
final class ResizeFn extends DoFn<Block, Block> {

  private final BlockSchema schema;
  private final ByteSize size;

  // Bundle scoped.
  private transient @Nullable WindowedBuilders builders;

  ResizeFn(BlockSchema schema, ByteSize size) {
    this.schema = schema;
    this.size = size;
  }

  @StartBundle
  public void start() {
    builders = new WindowedBuilders(schema, size);
  }

  @ProcessElement
  public void process(
      @Element Block block,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      OutputReceiver<Block> out) {
    WindowedBuilders.Part part = open().part(window, timestamp);
    part.startOrigin(block.origin(), out::output);
    for (int row = 0; row < block.rows(); row++) {
      part.builder().appendFrom(block, row);
      part.flushIfFull(out::output);
    }
  }

  @FinishBundle
  public void finish(FinishBundleContext context) {
    open().finish(context);
    builders = null;
  }

  private WindowedBuilders open() {
    if (builders == null) {
      throw new IllegalStateException("Cannot resize blocks: no bundle was started");
    }
    return builders;
  }
}
