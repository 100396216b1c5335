// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.control.ByteSize;
import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * Cuts blocks anew. Within a bundle, blocks whose positions follow each other flow together; a cut
 * inside a block gives the parts its whole range, since only the reader knows the positions
 * between.
 */
final class ResizeFn extends DoFn<Block, Block> implements Staged {

  private final WindowedBuilders builders;

  ResizeFn(BlockSchema schema, ByteSize size) {
    this.builders = new WindowedBuilders(schema, size);
  }

  @Override
  public String stage() {
    return "resize";
  }

  @StartBundle
  public void start() {
    builders.start();
  }

  @ProcessElement
  public void process(
      @Element Block block,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      OutputReceiver<Block> out) {
    Consumer<Block> next = Stage.downstream(out::output);
    try (Stage.Span span = Stage.enter(stage())) {
      Stage.moved(block.rows(), block.bytes());
      WindowedBuilders.Part part = builders.part(window, timestamp);
      part.startOrigin(block.origin(), next);
      for (int row = 0; row < block.rows(); row++) {
        part.builder().appendFrom(block, row);
        part.flushIfFull(next);
      }
    }
  }

  @FinishBundle
  public void finish(FinishBundleContext context) {
    builders.finish(context);
  }
}
