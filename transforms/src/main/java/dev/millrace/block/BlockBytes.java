// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.block;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A block as one array: the number of rows; the origin's epoch, a long, and its three texts, each
 * after its length; for each column the number of NULLs and the length of its data; then each
 * column's validity, if it has NULLs, its offsets, if its width is variable, and its data. Other
 * numbers are little-endian ints.
 *
 * <p>One array, because a coder then writes and reads it in one piece.
 */
final class BlockBytes {

  /** Bytes of the number of rows and the epoch. */
  private static final int HEADER = 12;

  /** The buffers of a column that are to become part of a block. */
  interface Source {
    int nulls();

    int dataLength();

    void copyValidity(byte[] target, int at, int length);

    void copyOffsets(byte[] target, int at, int length);

    void copyData(byte[] target, int at, int length);
  }

  private BlockBytes() {}

  /** Makes a block of buffers. */
  static Block assemble(
      BlockSchema schema, Origin origin, int rows, List<? extends Source> sources) {
    byte[][] texts = {utf8(origin.split()), utf8(origin.low()), utf8(origin.high())};
    long size = HEADER + 8L * schema.size();
    for (byte[] text : texts) {
      size += 4 + text.length;
    }
    for (int i = 0; i < schema.size(); i++) {
      BlockType type = schema.column(i).type();
      Source source = sources.get(i);
      size += validityLength(rows, source.nulls()) + offsetsLength(rows, type);
      size += source.dataLength();
      Bytes.checkedLength(size, schema.column(i).name());
    }
    byte[] bytes = new byte[(int) size];
    putInt(bytes, 0, rows);
    Bytes.LONG.set(bytes, 4, origin.epoch());
    int at = HEADER;
    for (byte[] text : texts) {
      at = putInt(bytes, at, text.length);
      System.arraycopy(text, 0, bytes, at, text.length);
      at += text.length;
    }
    for (Source source : sources) {
      at = putInt(bytes, at, source.nulls());
      at = putInt(bytes, at, source.dataLength());
    }
    for (int i = 0; i < schema.size(); i++) {
      Source source = sources.get(i);
      int validity = validityLength(rows, source.nulls());
      source.copyValidity(bytes, at, validity);
      at += validity;
      int offsets = (int) offsetsLength(rows, schema.column(i).type());
      source.copyOffsets(bytes, at, offsets);
      at += offsets;
      source.copyData(bytes, at, source.dataLength());
      at += source.dataLength();
    }
    return parse(schema, bytes);
  }

  /** The block that an array holds, whose buffers are parts of it. */
  static Block parse(BlockSchema schema, byte[] bytes) {
    int rows = getInt(bytes, 0);
    long epoch = (long) Bytes.LONG.get(bytes, 4);
    int at = HEADER;
    String[] texts = new String[3];
    for (int i = 0; i < texts.length; i++) {
      int length = getInt(bytes, at);
      texts[i] = new String(bytes, at + 4, length, StandardCharsets.UTF_8);
      at += 4 + length;
    }
    int buffers = at + 8 * schema.size();
    List<BlockColumn> columns = new ArrayList<>(schema.size());
    for (Column column : schema.columns()) {
      int nulls = getInt(bytes, at);
      int dataLength = getInt(bytes, at + 4);
      at += 8;
      int offsets = buffers + validityLength(rows, nulls);
      int data = offsets + (int) offsetsLength(rows, column.type());
      columns.add(
          new BlockColumn(column.type(), rows, nulls, bytes, buffers, offsets, data, dataLength));
      buffers = data + dataLength;
    }
    return new Block(schema, new Origin(texts[0], epoch, texts[1], texts[2]), rows, columns, bytes);
  }

  /**
   * As {@link #parse}, of an array that came from elsewhere.
   *
   * @throws IOException when it is too short or too long for what it says it holds
   */
  static Block parseUntrusted(BlockSchema schema, byte[] bytes) throws IOException {
    try {
      Block block = parse(schema, bytes);
      BlockColumn last = block.column(schema.size() - 1);
      if (last.end() == bytes.length) {
        return block;
      }
    } catch (IndexOutOfBoundsException beyond) {
      throw new IOException("Cannot decode a block: its bytes end early", beyond);
    }
    throw new IOException("Cannot decode a block: its bytes end elsewhere than it says");
  }

  private static int validityLength(int rows, int nulls) {
    return nulls > 0 ? Bytes.bitmapLength(rows) : 0;
  }

  private static long offsetsLength(int rows, BlockType type) {
    return type.isVariable() ? (rows + 1L) << 2 : 0;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int putInt(byte[] target, int at, int value) {
    Bytes.INT.set(target, at, value);
    return at + 4;
  }

  private static int getInt(byte[] source, int at) {
    return (int) Bytes.INT.get(source, at);
  }
}
