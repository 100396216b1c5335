// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The form of a file of blocks: {@link #MAGIC}; a frame of the schema; a frame for each block, as
 * its coder writes it; the int 0; a frame of the number of rows and of where each block's frame
 * begins, longs; the length of this last frame, an int; and the magic again. A frame is the length
 * of its bytes and their CRC-32C, ints, and the bytes. Numbers are big-endian.
 */
final class RecordsFile {

  static final byte[] MAGIC = "MLRBLK01".getBytes(StandardCharsets.US_ASCII);
  static final int FRAME_HEAD = 8;

  /** After the last frame. */
  static final int TAIL = 4 + 8;

  private RecordsFile() {}

  static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  static byte[] encode(BlockSchema schema) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(schema.size());
    for (Column column : schema.columns()) {
      out.writeUTF(column.name());
      out.writeUTF(column.type().kind().name());
      out.writeByte(column.type().precision());
      out.writeByte(column.type().scale());
      out.writeUTF(column.type().sqlName());
    }
    return bytes.toByteArray();
  }

  static BlockSchema decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int size = in.readInt();
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String name = in.readUTF();
      BlockType.Kind kind = BlockType.Kind.valueOf(in.readUTF());
      int precision = in.readUnsignedByte();
      int scale = in.readUnsignedByte();
      columns.add(Column.of(name, new BlockType(kind, precision, scale, in.readUTF())));
    }
    return new BlockSchema(columns);
  }
}
