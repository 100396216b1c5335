// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import org.apache.beam.sdk.io.FileIO;
import org.jspecify.annotations.Nullable;

/** Writes blocks as frames of a {@link RecordsFile}; holds 8 bytes a block until the end. */
final class RecordsSink implements FileIO.Sink<Block> {

  private final BlockCoder coder;
  private final byte[] schema;

  private transient @Nullable DataOutputStream out;
  private transient long position;
  private transient long rows;
  private transient int blocks;
  private transient long[] begins = {};

  RecordsSink(BlockSchema schema) throws IOException {
    this.coder = BlockCoder.of(schema);
    this.schema = RecordsFile.encode(schema);
  }

  @Override
  public void open(WritableByteChannel channel) throws IOException {
    out =
        new DataOutputStream(
            new BufferedOutputStream(Channels.newOutputStream(channel), FileBytes.READ_BYTES));
    begins = new long[64];
    blocks = 0;
    rows = 0;
    out.write(RecordsFile.MAGIC);
    position = RecordsFile.MAGIC.length;
    frame(schema);
  }

  @Override
  public void write(Block block) throws IOException {
    if (blocks == begins.length) {
      begins = Arrays.copyOf(begins, blocks * 2);
    }
    begins[blocks++] = position;
    rows += block.rows();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) block.bytes() + 64);
    coder.encode(block, bytes);
    frame(bytes.toByteArray());
  }

  private void frame(byte[] bytes) throws IOException {
    DataOutputStream out = requireNonNull(this.out);
    out.writeInt(bytes.length);
    out.writeInt(RecordsFile.checksum(bytes));
    out.write(bytes);
    position += RecordsFile.FRAME_HEAD + bytes.length;
  }

  @Override
  public void flush() throws IOException {
    ByteBuffer index = ByteBuffer.allocate(8 + 8 * blocks);
    index.putLong(rows);
    for (int i = 0; i < blocks; i++) {
      index.putLong(begins[i]);
    }
    DataOutputStream out = requireNonNull(this.out);
    out.writeInt(0);
    frame(index.array());
    out.writeInt(RecordsFile.FRAME_HEAD + index.capacity());
    out.write(RecordsFile.MAGIC);
    out.flush();
  }
}
