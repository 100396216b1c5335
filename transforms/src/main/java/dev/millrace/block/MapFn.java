// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.beam.sdk.transforms.DoFn;

/** Applies a {@link BlockMapper}; everything off the heap is released before a block is output. */
final class MapFn extends DoFn<Block, Block> implements OneToOne, Staged {

  private final Marshalled<BlockSchema> output;
  private final BlockMapper mapper;

  MapFn(BlockSchema output, BlockMapper mapper) {
    this.output = Marshalled.of(output);
    this.mapper = mapper;
  }

  @Override
  public String stage() {
    return "map";
  }

  @ProcessElement
  public void process(@Element Block block, OutputReceiver<Block> out) throws Exception {
    out.output(map(block));
  }

  private Block map(Block block) throws Exception {
    try (Stage.Span span = Stage.enter(stage());
        BufferAllocator allocator = OffHeap.open("map")) {
      Stage.moved(block.rows(), block.bytes());
      Block result = map(block, allocator);
      if (allocator.getAllocatedMemory() > 0) {
        throw new IllegalStateException(
            "Cannot map a block of "
                + block.rows()
                + " rows: the function left "
                + allocator.getAllocatedMemory()
                + " bytes of Arrow memory open");
      }
      return result;
    }
  }

  private Block map(Block block, BufferAllocator allocator) throws Exception {
    try (VectorSchemaRoot batch = block.toArrow(allocator)) {
      VectorSchemaRoot mapped = mapper.map(batch, allocator);
      try {
        if (mapped.getRowCount() != block.rows()) {
          throw new IllegalStateException(
              "Cannot map a block of "
                  + block.rows()
                  + " rows: the function returned "
                  + mapped.getRowCount());
        }
        return Block.fromArrow(output.get(), block.origin(), mapped);
      } finally {
        if (mapped != batch) {
          mapped.close();
        }
      }
    }
  }
}
