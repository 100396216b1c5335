// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.contention;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.block.OneToOne;
import org.apache.beam.sdk.transforms.DoFn;
import org.jspecify.annotations.Nullable;

/** Does one kind of work on blocks, and outputs a number for each row. */
final class WorkFn extends DoFn<Block, Block> implements OneToOne {

  static final BlockSchema SCHEMA =
      BlockSchema.of(Column.of("id", BlockType.INT64), Column.of("value", BlockType.INT64));

  private final Kind kind;
  private final MixedOptions options;

  private transient Kind.@Nullable Worker worker;

  WorkFn(Kind kind, MixedOptions options) {
    this.kind = kind;
    this.options = options;
  }

  @Setup
  public void setup() {
    worker = kind.worker(options);
  }

  @ProcessElement
  public void process(@Element Block block, OutputReceiver<Block> out) throws Exception {
    long start = System.nanoTime();
    long[] values = requireNonNull(worker).of(block);
    WorkTimes.add(kind, System.nanoTime() - start);
    BlockBuilder builder = new BlockBuilder(SCHEMA);
    BlockColumn ids = block.column(0);
    for (int row = 0; row < block.rows(); row++) {
      builder.column(0).appendLong(ids.getLong(row));
      builder.column(1).appendLong(values[row]);
    }
    out.output(builder.build(block.origin()));
  }

  @Teardown
  public void teardown() {
    if (worker != null) {
      worker.close();
      worker = null;
    }
  }
}
