// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import dev.millrace.block.BlockSchema;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;

/** Files of blocks; positions are bytes of what was compressed. */
record RecordsFormat(BlockSchema schema, Compression compression) implements FileFormat {

  /** Of a file whose blocks are not known beforehand. */
  private static final long HELD = 4L << 20;

  /** The schema of a file's blocks. */
  static BlockSchema schemaOf(String file, Compression compression) throws IOException {
    try (RecordsPartReader reader = new RecordsPartReader(file, compression)) {
      return reader.schema();
    }
  }

  @Override
  public List<Lane.Sized> parts(Metadata file, long target) throws IOException {
    String name = file.resourceId().toString();
    if (FileBytes.isSeekable(compression, name)) {
      try (ReadableByteChannel channel = FileBytes.channel(name)) {
        if (channel instanceof SeekableByteChannel seekable) {
          return parts(name, target, index(name, seekable));
        }
      }
    }
    return List.of(new Lane.Sized(FilePart.whole(name), file.sizeBytes(), HELD));
  }

  private static List<Lane.Sized> parts(String name, long target, long[] ends) {
    List<Lane.Sized> parts = new ArrayList<>();
    long held = 0;
    long from = 0;
    for (int i = 1; i < ends.length; i++) {
      held = Math.max(held, 2 * (ends[i] - ends[i - 1]));
      boolean isLast = i == ends.length - 1;
      if (isLast || ends[i] - from >= target) {
        long to = isLast ? FilePart.END : ends[i];
        parts.add(new Lane.Sized(new FilePart(name, from, to), ends[i] - from, held));
        from = to;
        held = 0;
      }
    }
    return parts;
  }

  /** Where blocks begin, after 0 and before the end of the last. */
  private static long[] index(String file, SeekableByteChannel channel) throws IOException {
    long size = channel.size();
    ByteBuffer tail = read(file, channel, size - RecordsFile.TAIL, RecordsFile.TAIL);
    int length = tail.getInt();
    byte[] magic = new byte[RecordsFile.MAGIC.length];
    tail.get(magic);
    long begin = size - RecordsFile.TAIL - length;
    if (!Arrays.equals(magic, RecordsFile.MAGIC) || length < RecordsFile.FRAME_HEAD + 8) {
      throw RecordsPartReader.notWhole(file);
    }
    ByteBuffer frame = read(file, channel, begin, length);
    int told = frame.getInt();
    int checksum = frame.getInt();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    if (told != bytes.length || RecordsFile.checksum(bytes) != checksum) {
      throw RecordsPartReader.damaged(file, begin);
    }
    ByteBuffer index = ByteBuffer.wrap(bytes, 8, bytes.length - 8);
    long[] ends = new long[index.remaining() / 8 + 2];
    for (int i = 1; i < ends.length - 1; i++) {
      ends[i] = index.getLong();
    }
    ends[ends.length - 1] = begin;
    return ends;
  }

  private static ByteBuffer read(String file, SeekableByteChannel channel, long at, int length)
      throws IOException {
    if (at < 0) {
      throw RecordsPartReader.notWhole(file);
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    channel.position(at);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw RecordsPartReader.notWhole(file);
      }
    }
    return bytes.flip();
  }

  @Override
  public PartReader open(FilePart part, long at, ByteSize blockSize) throws IOException {
    return new RecordsPartReader(part, at, this);
  }
}
