// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import static java.util.Objects.requireNonNull;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.io.Compression;
import org.jspecify.annotations.Nullable;

/** Reads blocks of a {@link RecordsFile}. */
final class RecordsPartReader implements PartReader {

  /** A block may take one in so many bytes of the heap. */
  private static final int HEAP_PART = 8;

  private final String file;
  private final FilePart part;
  private final DataInputStream in;
  private final BlockSchema schema;
  private final BlockCoder coder;
  private long position;

  /** Reads no more than the schema. */
  RecordsPartReader(String file, Compression compression) throws IOException {
    this(FilePart.whole(file), 0, compression, null);
  }

  RecordsPartReader(FilePart part, long at, RecordsFormat format) throws IOException {
    this(part, at, format.compression(), format.schema());
  }

  private RecordsPartReader(
      FilePart part, long at, Compression compression, @Nullable BlockSchema expected)
      throws IOException {
    this.file = part.file();
    this.part = part;
    this.position = at;
    this.in =
        new DataInputStream(
            new BufferedInputStream(FileBytes.open(file, compression, at), FileBytes.READ_BYTES));
    try {
      // Only the first part begins with it; where one does not, its file had it when it was cut.
      this.schema = at == 0 ? readHeader(expected) : requireNonNull(expected);
    } catch (IOException | RuntimeException failure) {
      in.close();
      throw failure;
    }
    this.coder = BlockCoder.of(schema);
  }

  private BlockSchema readHeader(@Nullable BlockSchema expected) throws IOException {
    byte[] magic = in.readNBytes(RecordsFile.MAGIC.length);
    if (!Arrays.equals(magic, RecordsFile.MAGIC)) {
      throw new IOException("Cannot read " + file + ": it is no file of blocks");
    }
    position = magic.length;
    BlockSchema found = RecordsFile.decode(requireNonNull(frame()));
    if (expected != null && !found.equals(expected)) {
      throw new IOException(
          "Cannot read %s: its columns are %s (must be %s)".formatted(file, found, expected));
    }
    return found;
  }

  BlockSchema schema() {
    return schema;
  }

  @Override
  public @Nullable Batch next() throws IOException {
    if (position >= part.to()) {
      return null;
    }
    byte[] bytes = frame();
    if (bytes == null) {
      return null;
    }
    Block block = coder.decode(new ByteArrayInputStream(bytes));
    return new Batch(block, List.of());
  }

  /** The bytes of the next frame; null at the end of the blocks. */
  private byte @Nullable [] frame() throws IOException {
    long begin = position;
    try {
      int length = in.readInt();
      if (length == 0) {
        return null;
      }
      long most = Runtime.getRuntime().maxMemory() / HEAP_PART;
      if (length < 0 || length > most) {
        throw new IOException(
            "Cannot read %s: the block at byte %d takes %d bytes (must be 1 to %d, for this heap)"
                .formatted(file, begin, length, most));
      }
      int checksum = in.readInt();
      // It takes no more room than there is to read.
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw notWhole(file);
      }
      if (RecordsFile.checksum(bytes) != checksum) {
        throw damaged(file, begin);
      }
      position += RecordsFile.FRAME_HEAD + (long) length;
      return bytes;
    } catch (EOFException early) {
      throw notWhole(file);
    }
  }

  static IOException notWhole(String file) {
    return new IOException("Cannot read " + file + ": it ends early, or is no file of blocks");
  }

  static IOException damaged(String file, long at) {
    return new IOException(
        "Cannot read " + file + ": the bytes at " + at + " are damaged (their checksum differs)");
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
