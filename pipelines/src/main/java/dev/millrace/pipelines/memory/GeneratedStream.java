// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.memory;

import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Blocks;
import dev.millrace.block.Column;
import dev.millrace.file.Chunks;
import dev.millrace.write.WriteTable;
import org.apache.beam.sdk.Pipeline;

/**
 * Generates rows, as many as one likes, and appends them to a table: in chunks that are worth a
 * block each, made one at a time. What it holds depends on neither the number of rows nor, up to
 * the size of a block, on their width.
 */
public final class GeneratedStream {

  static final BlockSchema SCHEMA =
      BlockSchema.of(
          Column.of("id", BlockType.INT64),
          Column.of("number", BlockType.FLOAT64),
          Column.of("payload", BlockType.TEXT));

  /** Of a row, beside its payload: two numbers and an offset. */
  private static final int NARROWEST = 20;

  private GeneratedStream() {}

  /** Adds the rows and their write. */
  public static void applyTo(Pipeline pipeline, StreamOptions options) {
    int width = options.width();
    long chunk = Math.max(1, Blocks.DEFAULT_SIZE.bytes() / (NARROWEST + width));
    pipeline
        .apply(
            "Generate",
            Chunks.of(
                    options.rows(),
                    BlockCoder.of(SCHEMA),
                    (from, to) -> new GeneratedRows(from, to, width))
                .size(chunk)
                .parallelism(options.parallelism()))
        .apply("Write", WriteTable.into(options.database(), options.table()));
  }
}
