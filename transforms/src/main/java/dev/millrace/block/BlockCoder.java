// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the blocks of one schema, buffer by buffer, each array in one piece. The schema
 * belongs to the coder and is not written; transforms read it off a collection with {@link
 * #schemaOf}.
 */
public final class BlockCoder extends CustomCoder<Block> {

  private static final StringUtf8Coder TEXT = StringUtf8Coder.of();

  private final BlockSchema schema;

  private BlockCoder(BlockSchema schema) {
    this.schema = schema;
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
      return coder.schema;
    }
    throw new IllegalArgumentException(
        "Cannot tell the schema of "
            + blocks.getName()
            + ": its coder is "
            + blocks.getCoder()
            + " and not a BlockCoder");
  }

  @Override
  public void encode(Block block, OutputStream out) throws IOException {
    if (!block.schema().equals(schema)) {
      throw new CoderException(
          "Cannot encode a block of " + block.schema() + ": this coder is of " + schema);
    }
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(block.rows());
    // Not writeUTF: a position may be the text of a key longer than 64 KiB.
    TEXT.encode(block.origin().split(), data);
    TEXT.encode(block.origin().low(), data);
    TEXT.encode(block.origin().high(), data);
    for (int i = 0; i < schema.size(); i++) {
      BlockColumn column = block.column(i);
      data.writeInt(column.nulls());
      data.writeInt(column.data().length);
      data.write(column.validity());
      data.write(column.offsets());
      data.write(column.data());
    }
    data.flush();
  }

  @Override
  public Block decode(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    int rows = data.readInt();
    Origin origin = new Origin(TEXT.decode(data), TEXT.decode(data), TEXT.decode(data));
    List<BlockColumn> columns = new ArrayList<>(schema.size());
    for (Column column : schema.columns()) {
      int nulls = data.readInt();
      int length = data.readInt();
      byte[] validity = read(data, nulls > 0 ? Bytes.bitmapLength(rows) : 0);
      byte[] offsets = read(data, column.type().isVariable() ? (rows + 1) << 2 : 0);
      columns.add(
          new BlockColumn(column.type(), rows, nulls, validity, offsets, read(data, length)));
    }
    return new Block(schema, origin, rows, columns);
  }

  private static byte[] read(DataInputStream data, int length) throws IOException {
    if (length == 0) {
      return Bytes.NONE;
    }
    byte[] bytes = new byte[length];
    data.readFully(bytes);
    return bytes;
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
  protected long getEncodedElementByteSize(Block block) throws Exception {
    return 4L
        + TEXT.getEncodedElementByteSize(block.origin().split())
        + TEXT.getEncodedElementByteSize(block.origin().low())
        + TEXT.getEncodedElementByteSize(block.origin().high())
        + 8L * schema.size()
        + block.bytes();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlockCoder that && schema.equals(that.schema);
  }

  @Override
  public int hashCode() {
    return schema.hashCode();
  }

  @Override
  public String toString() {
    return "BlockCoder" + schema.names();
  }
}
