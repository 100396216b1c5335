// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of a log: records one after the other, which are never changed.
 *
 * <pre>
 * magic         4 bytes  MRSG
 * version       4
 * number        8        of the segment
 * previous      8        the length of the segment before; 0 if there was none
 * check         4        CRC32C of the above
 *
 * length        4        of the body; 0 says that there is no entry any more
 * hash          8        of the key
 * check         4        CRC32C of the segment's number, the record's offset, and the above
 * body
 * </pre>
 *
 * <p>Files are accessed by means that an interrupt does not close, since a runner interrupts one
 * thread and others go on. Safe for use by several threads.
 */
final class DiskSegment {

  static final int HEADER = 28;
  static final int RECORD = 16;

  private static final int MAGIC = 0x4D525347;
  private static final int VERSION = 1;
  private static final String SUFFIX = ".segment";
  private static final int READ_AHEAD = 1 << 18;

  /** Threads that read at once do not wait for one another, if they are few. */
  private static final int READERS = 4;

  private final long number;
  private final long previous;
  private final Path file;
  private final RandomAccessFile access;
  private final RandomAccessFile[] readers = new RandomAccessFile[READERS];
  private volatile long length;

  private DiskSegment(long number, long previous, Path file, RandomAccessFile access, long length)
      throws IOException {
    this.number = number;
    this.previous = previous;
    this.file = file;
    this.access = access;
    this.length = length;
    try {
      for (int i = 0; i < READERS; i++) {
        readers[i] = new RandomAccessFile(file.toFile(), "r");
      }
    } catch (IOException failure) {
      close();
      throw failure;
    }
  }

  /** How the records of a file ended. */
  enum End {
    WHOLE,
    /** In the middle of a record, as when a process is killed that writes. */
    TORN,
    /** At something that is no record, after which there may be others. */
    DAMAGED
  }

  /** Takes what a segment has, in order. */
  interface Visitor {
    /** A record; of body length 0 if the key was removed. */
    void record(long hash, long offset, int bodyLength);
  }

  static boolean isSegment(Path file) {
    return file.getFileName().toString().matches("[0-9a-f]{16}\\" + SUFFIX);
  }

  /** As the name of the file says. */
  static long number(Path file) {
    String name = file.getFileName().toString();
    return Long.parseUnsignedLong(name.substring(0, name.length() - SUFFIX.length()), 16);
  }

  static DiskSegment create(Path folder, long number, long previous) throws IOException {
    Path file = folder.resolve("%016x".formatted(number) + SUFFIX);
    RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw");
    try {
      access.setLength(0);
      access.write(header(number, previous));
      return new DiskSegment(number, previous, file, access, HEADER);
    } catch (IOException failure) {
      access.close();
      Files.deleteIfExists(file);
      throw failure;
    }
  }

  /** Null if it is none, or none that can be trusted. */
  static @Nullable DiskSegment open(Path file) throws IOException {
    RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw");
    byte[] header = read(access, 0, HEADER);
    if (header.length == HEADER) {
      long number = ByteBuffer.wrap(header).getLong(8);
      long previous = ByteBuffer.wrap(header).getLong(16);
      boolean named = file.getFileName().toString().equals("%016x".formatted(number) + SUFFIX);
      if (named && Arrays.equals(header, header(number, previous))) {
        return new DiskSegment(number, previous, file, access, access.length());
      }
    }
    access.close();
    return null;
  }

  private static byte[] header(long number, long previous) {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    header.putInt(MAGIC).putInt(VERSION).putLong(number).putLong(previous);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HEADER - 4);
    return header.putInt((int) crc.getValue()).array();
  }

  long number() {
    return number;
  }

  /** The length that the segment before had when this one was begun. */
  long previous() {
    return previous;
  }

  long length() {
    return length;
  }

  /**
   * Puts a record among bytes that will be written at an offset of this segment.
   *
   * @return where it ends
   */
  int record(byte[] bytes, int at, long offset, long hash, byte[] body) {
    ByteBuffer record = ByteBuffer.wrap(bytes, at, RECORD + body.length);
    record.putInt(body.length).putLong(hash);
    record.putInt(check(offset + at, bytes, at)).put(body);
    return record.position();
  }

  private int check(long offset, byte[] bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(16).putLong(number).putLong(offset).array());
    crc.update(bytes, at, RECORD - 4);
    return (int) crc.getValue();
  }

  /**
   * Adds bytes at the end, or nothing.
   *
   * @throws IOException if they could not be written
   */
  synchronized void append(byte[] bytes) throws IOException {
    try {
      access.seek(length);
      access.write(bytes);
    } catch (IOException failure) {
      try {
        access.setLength(length);
      } catch (IOException worse) {
        failure.addSuppressed(worse);
      }
      throw failure;
    }
    length += bytes.length;
  }

  /** Cuts off what was not written as a whole. */
  synchronized void truncate(long newLength) throws IOException {
    access.setLength(newLength);
    length = newLength;
  }

  /**
   * The body of a record.
   *
   * @param guess about the size of the record, or more
   * @return null if the record is not what it was
   */
  byte @Nullable [] body(long offset, int guess, long hash) throws IOException {
    byte[] bytes = read(offset, Math.max(guess, RECORD));
    if (bytes.length < RECORD) {
      return null;
    }
    ByteBuffer record = ByteBuffer.wrap(bytes);
    int bodyLength = record.getInt(0);
    if (record.getLong(4) != hash
        || record.getInt(12) != check(offset, bytes, 0)
        || bodyLength < 0
        || offset + RECORD + bodyLength > length) {
      return null;
    }
    if (bytes.length < RECORD + bodyLength) {
      bytes = read(offset, RECORD + bodyLength);
    }
    return bytes.length < RECORD + bodyLength
        ? null
        : Arrays.copyOfRange(bytes, RECORD, RECORD + bodyLength);
  }

  private byte[] read(long offset, int count) throws IOException {
    RandomAccessFile reader = readers[(int) (Thread.currentThread().getId() % READERS)];
    synchronized (reader) {
      return read(reader, offset, count);
    }
  }

  /** Fewer where the file ends. */
  private static byte[] read(RandomAccessFile file, long offset, int count) throws IOException {
    byte[] bytes = new byte[count];
    file.seek(offset);
    int got = 0;
    int step = 0;
    while (got < count && step >= 0) {
      step = file.read(bytes, got, count - got);
      got += Math.max(step, 0);
    }
    return got == count ? bytes : Arrays.copyOf(bytes, got);
  }

  /**
   * Goes through the records, without their bodies, and cuts off a torn end.
   *
   * @throws IOException if the file cannot be read
   */
  synchronized End scan(Visitor visitor) throws IOException {
    byte[] window = new byte[0];
    long from = 0;
    long offset = HEADER;
    while (offset < length) {
      if (offset + RECORD > length) {
        truncate(offset);
        return End.TORN;
      }
      if (offset < from || offset + RECORD > from + window.length) {
        from = offset;
        window = read(access, from, (int) Math.min(READ_AHEAD, length - from));
      }
      int at = (int) (offset - from);
      if (at + RECORD > window.length) {
        return End.DAMAGED;
      }
      ByteBuffer record = ByteBuffer.wrap(window, at, RECORD);
      int bodyLength = record.getInt();
      long hash = record.getLong();
      if (record.getInt() != check(offset, window, at) || bodyLength < 0) {
        return End.DAMAGED;
      }
      if (offset + RECORD + bodyLength > length) {
        truncate(offset);
        return End.TORN;
      }
      visitor.record(hash, offset, bodyLength);
      offset += RECORD + bodyLength;
    }
    return End.WHOLE;
  }

  synchronized void close() throws IOException {
    for (RandomAccessFile reader : readers) {
      if (reader != null) {
        reader.close();
      }
    }
    access.close();
  }

  /** Closes it and removes its file. */
  void delete() throws IOException {
    try {
      close();
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
