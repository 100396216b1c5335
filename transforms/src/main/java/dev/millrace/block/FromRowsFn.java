// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import dev.millrace.control.ByteSize;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;

/** Collects the rows of a bundle into blocks. */
final class FromRowsFn extends DoFn<Row, Block> {

  private final WindowedBuilders builders;

  FromRowsFn(BlockSchema schema, ByteSize size) {
    this.builders = new WindowedBuilders(schema, size);
  }

  @StartBundle
  public void start() {
    builders.start();
  }

  @ProcessElement
  public void process(
      @Element Row row,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      OutputReceiver<Block> out) {
    WindowedBuilders.Part part = builders.part(window, timestamp);
    for (int i = 0; i < row.getFieldCount(); i++) {
      part.builder().column(i).append(row.getValue(i));
    }
    part.flushIfFull(out::output);
  }

  @FinishBundle
  public void finish(FinishBundleContext context) {
    builders.finish(context);
  }
}
