// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Marshalled;
import java.io.IOException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;

/** Reads the blocks of the files of a result, each file given with how many there are in it. */
final class ReuseFn extends DoFn<KV<String, Long>, Block> {

  private final ResultStore store;
  private final ContentKey key;
  private final Marshalled<BlockSchema> schema;

  ReuseFn(ResultStore store, ContentKey key, Marshalled<BlockSchema> schema) {
    this.store = store;
    this.key = key;
    this.schema = schema;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalStateException when it was whole, and is not any more
   */
  @ProcessElement
  public void process(@Element KV<String, Long> file, OutputReceiver<Block> out) {
    BlockCoder coder = BlockCoder.of(schema.get());
    try (ResultFiles.Reader reader = store.files(key.stage(), key.hash()).read(file.getKey())) {
      for (long block = 0; block < file.getValue(); block++) {
        out.output(CoderUtils.decodeFromByteArray(coder, reader.next()));
      }
    } catch (IOException failure) {
      throw new IllegalStateException(
          "Cannot reuse what is kept of %s: %s; when it is run again, it is made anew"
              .formatted(key.stage(), failure.getMessage()),
          failure);
    }
  }
}
