// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** Files of Beam's file systems as Parquet's library takes them. */
final class ParquetBytes {

  private ParquetBytes() {}

  /** A file to read. */
  record Input(String file) implements InputFile {

    private SeekableByteChannel channel() throws IOException {
      ReadableByteChannel channel = FileBytes.channel(file);
      if (channel instanceof SeekableByteChannel seekable) {
        return seekable;
      }
      channel.close();
      throw new IOException(
          "Cannot read " + file + ": its file system cannot read from the middle of a file");
    }

    @Override
    public long getLength() throws IOException {
      try (SeekableByteChannel channel = channel()) {
        return channel.size();
      }
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
      SeekableByteChannel channel = channel();
      return new DelegatingSeekableInputStream(Channels.newInputStream(channel)) {
        @Override
        public long getPos() throws IOException {
          return channel.position();
        }

        @Override
        public void seek(long position) throws IOException {
          channel.position(position);
        }
      };
    }
  }

  /** A file to write, whose channel is somebody else's to close. */
  record Output(WritableByteChannel channel) implements OutputFile {

    @Override
    public PositionOutputStream create(long blockSize) {
      BufferedOutputStream out =
          new BufferedOutputStream(Channels.newOutputStream(channel), FileBytes.READ_BYTES);
      return new PositionOutputStream() {
        private long position;

        @Override
        public long getPos() {
          return position;
        }

        @Override
        public void write(int each) throws IOException {
          out.write(each);
          position++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          out.write(bytes, from, length);
          position += length;
        }

        @Override
        public void flush() throws IOException {
          out.flush();
        }

        @Override
        public void close() throws IOException {
          out.flush();
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
      return create(blockSize);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }
}
