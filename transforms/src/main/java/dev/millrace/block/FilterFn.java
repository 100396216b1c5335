// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.observe.Stage;
import dev.millrace.observe.Staged;
import java.util.Arrays;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.jspecify.annotations.Nullable;

/**
 * Outputs a block of the rows that satisfy a predicate: the same block when all do, and an empty
 * one when none does, because its origin counts as covered.
 */
final class FilterFn extends DoFn<Block, Block> implements OneToOne, Staged {

  private final Marshalled<BlockSchema> schema;
  private final BlockPredicate predicate;
  private final Counter dropped = Metrics.counter("millrace", "rows_filtered");

  // Worker scoped.
  private transient @Nullable BlockBuilder builder;

  FilterFn(BlockSchema schema, BlockPredicate predicate) {
    this.schema = Marshalled.of(schema);
    this.predicate = predicate;
  }

  @Override
  public String stage() {
    return "filter";
  }

  @ProcessElement
  public void process(@Element Block block, OutputReceiver<Block> out) {
    out.output(filter(block));
  }

  private Block filter(Block block) {
    try (Stage.Span span = Stage.enter(stage())) {
      Stage.moved(block.rows(), block.bytes());
      int[] kept = new int[block.rows()];
      int count = 0;
      for (int row = 0; row < kept.length; row++) {
        if (predicate.test(block, row)) {
          kept[count++] = row;
        }
      }
      dropped.inc(kept.length - count);
      return count == kept.length ? block : select(block, Arrays.copyOf(kept, count));
    }
  }

  private Block select(Block block, int[] rows) {
    if (builder == null) {
      builder = new BlockBuilder(schema.get());
    }
    builder.appendFrom(block, rows);
    return builder.build(block.origin());
  }
}
