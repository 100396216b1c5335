// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the blocks of one schema, each as the one array that it is held in. The schema
 * belongs to the coder and is not written; transforms read it off a collection with {@link
 * #schemaOf}.
 */
public final class BlockCoder extends CustomCoder<Block> {

  private final Marshalled<BlockSchema> schema;

  private BlockCoder(BlockSchema schema) {
    this.schema = Marshalled.of(schema);
  }

  public static BlockCoder of(BlockSchema schema) {
    return new BlockCoder(schema);
  }

  /**
   * The schema of a collection of blocks.
   *
   * @throws IllegalArgumentException when its coder is not a {@code BlockCoder}
   */
  public static BlockSchema schemaOf(PCollection<Block> blocks) {
    if (blocks.getCoder() instanceof BlockCoder coder) {
      return coder.schema();
    }
    throw new IllegalArgumentException(
        "Cannot tell the schema of "
            + blocks.getName()
            + ": its coder is "
            + blocks.getCoder()
            + " and not a BlockCoder");
  }

  private BlockSchema schema() {
    return schema.get();
  }

  @Override
  public void encode(Block block, OutputStream out) throws IOException {
    if (!block.schema().equals(schema())) {
      throw new CoderException(
          "Cannot encode a block of " + block.schema() + ": this coder is of " + schema());
    }
    byte[] bytes = block.toBytes();
    VarInt.encode(bytes.length, out);
    out.write(bytes);
  }

  @Override
  public Block decode(InputStream in) throws IOException {
    byte[] bytes = new byte[VarInt.decodeInt(in)];
    ByteStreams.readFully(in, bytes);
    return BlockBytes.parseUntrusted(schema(), bytes);
  }

  @Override
  public void verifyDeterministic() {
    // Blocks are equal when their bytes are, and the bytes are written as they stand.
  }

  /** Blocks are equal when their bytes are, so that a runner need not encode them to compare. */
  @Override
  public boolean consistentWithEquals() {
    return true;
  }

  @Override
  public boolean isRegisterByteSizeObserverCheap(Block block) {
    return true;
  }

  @Override
  protected long getEncodedElementByteSize(Block block) {
    int length = block.toBytes().length;
    return VarInt.getLength(length) + (long) length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlockCoder that && schema().equals(that.schema());
  }

  @Override
  public int hashCode() {
    return schema().hashCode();
  }

  @Override
  public String toString() {
    return "BlockCoder" + schema().names();
  }
}
