// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * The codecs of Parquet's pages, without Hadoop's. A page that is larger than it says, or says that
 * it is larger than a part of the heap, is refused before it takes more.
 */
final class ParquetCodecs implements CompressionCodecFactory {

  /** A page may take one in so many bytes of the heap. */
  private static final int HEAP_PART = 8;

  private final String file;

  /**
   * @param file whose pages these are, for errors
   */
  ParquetCodecs(String file) {
    this.file = file;
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    return new BytesInputCompressor() {
      @Override
      public BytesInput compress(BytesInput bytes) throws IOException {
        byte[] page = bytes.toInputStream().readAllBytes();
        return BytesInput.from(
            switch (codec) {
              case UNCOMPRESSED -> page;
              case GZIP -> gzip(page);
              case ZSTD -> Zstd.compress(page);
              default -> throw unknown(codec);
            });
      }

      @Override
      public CompressionCodecName getCodecName() {
        return codec;
      }

      @Override
      public void release() {}
    };
  }

  private static byte[] gzip(byte[] page) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(page);
    }
    return bytes.toByteArray();
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return new BytesInputDecompressor() {
      @Override
      public BytesInput decompress(BytesInput bytes, int size) throws IOException {
        long most = Runtime.getRuntime().maxMemory() / HEAP_PART;
        if (size < 0 || size > most) {
          throw new IOException(
              "Cannot read %s: a page takes %d bytes (must be %d at most, for this heap)"
                  .formatted(file, size, most));
        }
        byte[] page = bytes.toInputStream().readAllBytes();
        byte[] plain = ParquetCodecs.this.decompress(codec, page, size);
        if (plain.length != size) {
          throw new IOException(
              "Cannot read %s: a page is of another size than it says".formatted(file));
        }
        return BytesInput.from(plain);
      }

      @Override
      public void decompress(ByteBuffer in, int length, ByteBuffer out, int size)
          throws IOException {
        ByteBuffer part = in.slice().limit(length);
        out.put(decompress(BytesInput.from(part), size).toInputStream().readAllBytes());
        in.position(in.position() + length);
      }

      @Override
      public void release() {}
    };
  }

  /** At most one byte more than {@code size}. */
  private byte[] decompress(CompressionCodecName codec, byte[] page, int size) throws IOException {
    switch (codec) {
      case UNCOMPRESSED -> {
        return page;
      }
      case SNAPPY -> {
        return Snappy.uncompressedLength(page) == size ? Snappy.uncompress(page) : new byte[0];
      }
      case GZIP -> {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(page))) {
          return in.readNBytes(size + 1);
        }
      }
      case ZSTD -> {
        byte[] plain = new byte[size];
        long length = Zstd.decompressByteArray(plain, 0, size, page, 0, page.length);
        return length == size ? plain : new byte[0];
      }
      default -> throw unknown(codec);
    }
  }

  private IOException unknown(CompressionCodecName codec) {
    return new IOException(
        "Cannot read %s: it is compressed by %s (must be SNAPPY, GZIP, ZSTD or nothing)"
            .formatted(file, codec));
  }

  @Override
  public void release() {}
}
