// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import com.google.common.io.ByteStreams;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;

/** The bytes of a file of any of Beam's file systems, decompressed. */
final class FileBytes {

  /** What is asked of a file system at once. */
  static final int READ_BYTES = 1 << 20;

  private FileBytes() {}

  /** Whether a file can be read from its middle. */
  static boolean isSeekable(Compression compression, String file) {
    return resolved(compression, file) == Compression.UNCOMPRESSED;
  }

  private static Compression resolved(Compression told, String file) {
    return told == Compression.AUTO ? Compression.detect(file) : told;
  }

  /** A channel over a file as it stands. */
  static ReadableByteChannel channel(String file) throws IOException {
    return FileSystems.open(FileSystems.matchNewResource(file, false));
  }

  /** A stream that begins at {@code from} of what was compressed; it has no buffer of its own. */
  static InputStream open(String file, Compression told, long from) throws IOException {
    Compression compression = resolved(told, file);
    ReadableByteChannel raw = channel(file);
    try {
      ReadableByteChannel channel =
          compression == Compression.UNCOMPRESSED ? raw : compression.readDecompressed(raw);
      InputStream in = Channels.newInputStream(channel);
      if (channel instanceof SeekableByteChannel seekable) {
        seekable.position(from);
      } else {
        ByteStreams.skipFully(in, from);
      }
      return in;
    } catch (EOFException shorter) {
      raw.close();
      throw new IOException(
          "Cannot read " + file + ": it ends before byte " + from + ", where it was read to before",
          shorter);
    } catch (IOException | RuntimeException failure) {
      raw.close();
      throw failure;
    }
  }
}
