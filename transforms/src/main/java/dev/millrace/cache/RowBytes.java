// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.BlockType.Kind;
import dev.millrace.block.ColumnBuilder;
import java.io.ByteArrayOutputStream;

/**
 * Rows as bytes: of each row, of each column, the length of the value and one more, 0 for NULL, as
 * a number of seven bits a byte, the lowest first; then the value's bytes as a block has them.
 */
final class RowBytes {

  private static final int MORE = 0x80;
  private static final int LONGEST = 5;

  private RowBytes() {}

  /**
   * Writes a row of a block.
   *
   * @param columns the positions of those that are written
   */
  static byte[] encode(Block block, int[] columns, int row) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int column : columns) {
      encode(block.column(column), row, out);
    }
    return out.toByteArray();
  }

  private static void encode(BlockColumn column, int row, ByteArrayOutputStream out) {
    if (column.isNull(row)) {
      out.write(0);
    } else if (column.type().kind() == Kind.BOOL) {
      out.write(2);
      out.write(column.getBool(row) ? 1 : 0);
    } else {
      byte[] value = column.getBytes(row);
      for (int rest = value.length + 1; rest != 0; rest >>>= 7) {
        out.write(rest < MORE ? rest : (rest & (MORE - 1)) | MORE);
      }
      out.writeBytes(value);
    }
  }

  /**
   * Appends all rows of some bytes.
   *
   * @return how many
   * @throws IllegalArgumentException when the bytes are not whole rows of the schema
   */
  static int decode(byte[] bytes, BlockSchema schema, BlockBuilder target) {
    int rows = 0;
    int at = 0;
    while (at < bytes.length) {
      for (int i = 0; i < schema.size(); i++) {
        at = decode(bytes, at, schema.column(i).type(), target.column(i));
      }
      rows++;
    }
    return rows;
  }

  private static int decode(byte[] bytes, int from, BlockType type, ColumnBuilder target) {
    int at = from;
    int length = 0;
    int shift = 0;
    byte read;
    do {
      if (at == bytes.length || at - from == LONGEST) {
        throw damaged(type);
      }
      read = bytes[at++];
      length |= (read & (MORE - 1)) << shift;
      shift += 7;
    } while (read < 0);
    length--;
    if (length == -1) {
      target.appendNull();
      return at;
    }
    boolean bool = type.kind() == Kind.BOOL;
    if (length < 0
        || length > bytes.length - at
        || (!type.isVariable() && length != (bool ? 1 : type.width()))) {
      throw damaged(type);
    }
    if (bool) {
      target.appendBool(bytes[at] != 0);
    } else {
      target.appendBytes(bytes, at, length);
    }
    return at + length;
  }

  private static IllegalArgumentException damaged(BlockType type) {
    return new IllegalArgumentException("Invalid row: it ends within a value of " + type);
  }
}
