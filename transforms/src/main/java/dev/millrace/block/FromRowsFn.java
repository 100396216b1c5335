// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.control.ByteSize;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/** Collects the rows of a bundle into blocks. */
final class FromRowsFn extends DoFn<Row, Block> {

  private final BlockSchema schema;
  private final ByteSize size;

  // Bundle scoped.
  private transient @Nullable WindowedBuilders builders;

  FromRowsFn(BlockSchema schema, ByteSize size) {
    this.schema = schema;
    this.size = size;
  }

  @StartBundle
  public void start() {
    builders = new WindowedBuilders(schema, size);
  }

  @ProcessElement
  public void process(
      @Element Row row,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      OutputReceiver<Block> out) {
    WindowedBuilders.Part part = open().part(window, timestamp);
    for (int i = 0; i < schema.size(); i++) {
      part.builder().column(i).append(row.getValue(i));
    }
    part.flushIfFull(out::output);
  }

  @FinishBundle
  public void finish(FinishBundleContext context) {
    open().finish(context);
    builders = null;
  }

  private WindowedBuilders open() {
    if (builders == null) {
      throw new IllegalStateException("Cannot collect rows: no bundle was started");
    }
    return builders;
  }
}
