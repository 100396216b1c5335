// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.read;

import dev.millrace.block.Block;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.values.OutputBuilder;

/** Keeps the blocks that a reader outputs. */
record BlockReceiver(List<Block> blocks) implements OutputReceiver<Block> {
  @Override
  public void output(Block block) {
    blocks.add(block);
  }

  @Override
  public OutputBuilder<Block> builder(Block block) {
    throw new UnsupportedOperationException("blocks are output as they are");
  }
}
