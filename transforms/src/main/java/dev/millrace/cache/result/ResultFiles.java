// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.result;

import com.google.common.primitives.Ints;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.cache.tier.Entry;
import dev.millrace.cache.tier.EntryFormat;
import dev.millrace.cache.tier.FormatSettings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;

/**
 * The files of one result: each a row of records, a record its length, a big-endian int, and an
 * {@link EntryFormat entry}, whose key is the result's hash, the file's name and the record's
 * number there. So a record is not taken for that of another place.
 */
final class ResultFiles {

  private static final String BINARY = "application/octet-stream";
  private static final int BUFFER_BYTES = 1 << 16;

  private final ResourceId folder;
  private final String hash;
  private final EntryFormat format;

  /**
   * The files of a key.
   *
   * @param root of all results
   * @throws IllegalStateException if the secret is not where it should be
   */
  ResultFiles(String root, String stage, String hash, FormatSettings settings) {
    this.folder =
        FileSystems.matchNewResource(root, true)
            .resolve(stage, StandardResolveOptions.RESOLVE_DIRECTORY)
            .resolve(hash, StandardResolveOptions.RESOLVE_DIRECTORY);
    this.hash = hash;
    this.format = new EntryFormat(stage, settings);
  }

  ResourceId file(String name) {
    return folder.resolve(name, StandardResolveOptions.RESOLVE_FILE);
  }

  private CacheKey key(String name, long number) {
    return CacheKey.of((hash + "/" + name + "/" + number).getBytes(StandardCharsets.UTF_8));
  }

  Writer write(String name) throws IOException {
    return new Writer(name, name);
  }

  /**
   * As {@link #write}, under a passing name.
   *
   * @param name that it is read by once it is renamed
   */
  Writer write(String name, String passing) throws IOException {
    return new Writer(name, passing);
  }

  /** Appends records to a file. Used by one thread. */
  final class Writer implements AutoCloseable {
    private final String name;
    private final OutputStream out;
    private long records;
    private long length;

    private Writer(String name, String passing) throws IOException {
      this.name = name;
      this.out = Channels.newOutputStream(FileSystems.create(file(passing), BINARY));
    }

    void append(byte[] record) throws IOException {
      byte[] bytes = format.encode(key(name, records), new Entry(record, 0, Long.MAX_VALUE, 0));
      if (bytes == null) {
        throw new IOException("a block of " + record.length + " bytes is too large to be kept");
      }
      out.write(Ints.toByteArray(bytes.length));
      out.write(bytes);
      records++;
      length += Integer.BYTES + bytes.length;
    }

    long records() {
      return records;
    }

    long length() {
      return length;
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  Reader read(String name) throws IOException {
    return new Reader(name);
  }

  /** Reads the records of a file. Used by one thread. */
  final class Reader implements AutoCloseable {
    private final String name;
    private final InputStream in;
    private long records;

    private Reader(String name) throws IOException {
      this.name = name;
      this.in =
          new BufferedInputStream(
              Channels.newInputStream(FileSystems.open(file(name))), BUFFER_BYTES);
    }

    /**
     * The next record.
     *
     * @throws IOException when it cannot be read, or not be trusted
     */
    byte[] next() throws IOException {
      byte[] head = in.readNBytes(Integer.BYTES);
      int size = head.length < Integer.BYTES ? -1 : Ints.fromByteArray(head);
      // It takes no more room than there is to read.
      byte[] bytes = size < 0 || size > format.mostBytes() ? head : in.readNBytes(size);
      if (bytes.length != size) {
        throw damaged("length");
      }
      EntryFormat.Decoded decoded = format.decode(bytes, key(name, records++));
      if (decoded instanceof EntryFormat.Found found) {
        byte[] value = found.entry().value();
        if (value != null) {
          return value;
        }
      }
      throw damaged(decoded instanceof EntryFormat.Damaged why ? why.why() : "place");
    }

    private IOException damaged(String why) {
      return new IOException(
          "Cannot read %s: record %d is damaged (%s)".formatted(file(name), records, why));
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
