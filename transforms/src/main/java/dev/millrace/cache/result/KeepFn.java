// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Marshalled;
import dev.millrace.cache.result.Kept.KeptFile;
import java.io.IOException;
import java.util.UUID;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks into files, one or more a bundle, and says which. If one cannot be written, it says
 * that.
 */
final class KeepFn extends DoFn<Block, String> {

  /** Stands for no file. */
  static final String NOTHING = "";

  /** What a message begins with that says why a file could not be written. */
  static final String FAILED = "!";

  /** A file is read as a whole by one thread. */
  private static final long FILE_BYTES = 8 << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResultStore store;
  private final ContentKey key;
  private final Marshalled<BlockSchema> schema;

  // Bundle scoped.
  private transient ResultFiles.@Nullable Writer writer;
  private transient String name = "";
  private transient long rows;
  private transient @Nullable String failure;

  KeepFn(ResultStore store, ContentKey key, Marshalled<BlockSchema> schema) {
    this.store = store;
    this.key = key;
    this.schema = schema;
  }

  @StartBundle
  public void start() {
    writer = null;
    failure = null;
  }

  @ProcessElement
  public void process(@Element Block block, OutputReceiver<String> out) throws IOException {
    if (failure != null) {
      return;
    }
    byte[] bytes = CoderUtils.encodeToByteArray(BlockCoder.of(schema.get()), block);
    try {
      ResultFiles.Writer open = writer == null ? open() : writer;
      writer = open;
      open.append(bytes);
      rows += block.rows();
      if (open.length() >= FILE_BYTES) {
        out.output(end(open));
      }
    } catch (IOException full) {
      failure = String.valueOf(full.getMessage());
    }
  }

  private ResultFiles.Writer open() throws IOException {
    name = UUID.randomUUID() + ".blocks";
    rows = 0;
    return store.files(key.stage(), key.hash()).write(name);
  }

  private String end(ResultFiles.Writer open) throws IOException {
    writer = null;
    open.close();
    return JSON.writeValueAsString(new KeptFile(name, open.length(), open.records(), rows));
  }

  @FinishBundle
  public void finish(FinishBundleContext context) {
    ResultFiles.Writer open = writer;
    if (open != null) {
      try {
        String file = end(open);
        if (failure == null) {
          output(context, file);
        }
      } catch (IOException full) {
        failure = String.valueOf(full.getMessage());
      }
    }
    if (failure != null) {
      output(context, FAILED + failure);
    }
  }

  private static void output(FinishBundleContext context, String file) {
    context.output(file, BoundedWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE);
  }

  /** The file that a message names. */
  static KeptFile file(String message) throws JsonProcessingException {
    return JSON.readValue(message, KeptFile.class);
  }
}
