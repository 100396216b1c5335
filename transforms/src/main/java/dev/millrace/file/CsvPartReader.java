// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.file;

import com.google.common.base.Utf8;
import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.Origin;
import dev.millrace.control.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CSV file in large pieces that end with a record. A piece is parsed as one; only if it has
 * a bad record, each record is by itself.
 */
final class CsvPartReader implements PartReader {

  /** A record may be as long; a quote that is left open makes one of the rest of the file. */
  static final int MOST_RECORD = 16 << 20;

  private final CsvFormat format;
  private final FilePart part;
  private final CsvFrames frames;
  private final List<String> header;
  private final CsvRows rows;
  private final BlockBuilder builder;
  private final BlockBuilder single;
  private final int enough;
  private final InputStream in;

  private byte[] buffer = new byte[FileBytes.READ_BYTES];
  // Of the buffer: what is there and not yet returned, and its position in the file.
  private int from;
  private int to;
  private long position;
  private boolean ended;
  // Of the record at the position; 0 when it is not known.
  private long line;

  /**
   * @param at where a record begins, or the begin of a part, which need not be one
   */
  CsvPartReader(CsvFormat format, FilePart part, long at, ByteSize blockSize) throws IOException {
    this.format = format;
    this.part = part;
    this.frames = new CsvFrames(format.csv());
    this.enough = (int) Math.max(1, Math.min(FileBytes.READ_BYTES, blockSize.bytes()));
    this.builder = new BlockBuilder(format.schema());
    this.single = new BlockBuilder(format.schema());
    boolean searches = at > 0 && at == part.from();
    // The break before a record that begins here is the last byte before.
    this.position = searches ? at - 1 : at;
    List<String> header = List.of();
    if (format.csv().header() && at > 0) {
      try (CsvPartReader first =
          new CsvPartReader(format, FilePart.whole(part.file()), 0, blockSize)) {
        header = first.header;
      }
    }
    this.in = FileBytes.open(part.file(), format.compression(), position);
    try {
      if (at == 0) {
        line = 1;
        skipMark();
        header = format.csv().header() ? readHeader() : header;
      } else if (searches) {
        skipLine();
      }
      this.header = header;
      this.rows = new CsvRows(format.schema(), format.csv(), part.file(), header);
    } catch (IOException | RuntimeException failure) {
      in.close();
      throw failure;
    }
  }

  /** Skips the mark that some programs write before UTF-8. */
  private void skipMark() throws IOException {
    fill();
    if (to >= 3
        && Arrays.equals(buffer, 0, 3, new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, 0, 3)) {
      consume(3);
    }
  }

  private List<String> readHeader() throws IOException {
    int end = frame(1);
    if (end == from) {
      throw new IOException("Cannot read " + part.file() + ": it is empty (must have a header)");
    }
    String record = new String(buffer, from, end - from, StandardCharsets.UTF_8);
    consume(end - from);
    return CsvRows.header(format.csv(), record);
  }

  private void skipLine() throws IOException {
    while (true) {
      fill();
      int end = from;
      while (end < to && buffer[end] != '\n') {
        end++;
      }
      boolean found = end < to;
      consume(found ? end + 1 - from : end - from);
      if (found || ended) {
        return;
      }
    }
  }

  @Override
  public @Nullable Batch next() throws IOException {
    if (position >= part.to()) {
      return null;
    }
    int end = frame((int) Math.min(enough, part.to() - position));
    if (end == from) {
      return null;
    }
    List<RejectedRecord> bad = parse(end);
    Block block = builder.build(Origin.NONE);
    consume(end - from);
    return new Batch(block, bad);
  }

  /** The end of whole records of about so many bytes; where they begin if there are none. */
  private int frame(int wanted) throws IOException {
    while (true) {
      if (to - from < wanted) {
        fill();
      }
      int end = frames.end(buffer, from, to, wanted);
      if (end > from) {
        return end;
      }
      if (ended) {
        return to;
      }
      if (to - from >= MOST_RECORD) {
        throw new IOException(
            "Cannot read %s: the record at line %d takes more than %d bytes (a quote may be open)"
                .formatted(part.file(), line(), MOST_RECORD));
      }
      fill();
    }
  }

  /** Reads on, into a larger buffer if this one is full. */
  private void fill() throws IOException {
    if (ended) {
      return;
    }
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
    } else if (to == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    while (!ended && to < buffer.length) {
      int read = read();
      ended = read < 0;
      to += Math.max(0, read);
    }
  }

  private int read() throws IOException {
    try {
      return in.read(buffer, to, buffer.length - to);
    } catch (IOException failure) {
      throw new IOException(
          "Cannot read %s: after byte %d: %s"
              .formatted(part.file(), position + to - from, failure.getMessage()),
          failure);
    }
  }

  private List<RejectedRecord> parse(int end) throws IOException {
    try {
      parse(from, end, builder);
      return List.of();
    } catch (BadRecordException oneIsBad) {
      builder.clear();
      return parseEach(end);
    }
  }

  private void parse(int begin, int end, BlockBuilder into) {
    if (!Utf8.isWellFormed(buffer, begin, end - begin)) {
      throw new BadRecordException("has bytes that are not UTF-8 (must be)");
    }
    rows.parse(new String(buffer, begin, end - begin, StandardCharsets.UTF_8), into);
  }

  private List<RejectedRecord> parseEach(int end) throws IOException {
    List<RejectedRecord> bad = new ArrayList<>();
    long number = line();
    int next;
    for (int begin = from; begin < end; begin = next) {
      next = frames.end(buffer, begin, end, 1);
      next = next == begin ? end : next;
      try {
        parse(begin, next, single);
        Block row = single.build(Origin.NONE);
        for (int i = 0; i < row.rows(); i++) {
          builder.appendFrom(row, i);
        }
      } catch (BadRecordException why) {
        single.clear();
        String text = new String(buffer, begin, next - begin, StandardCharsets.UTF_8);
        bad.add(
            new RejectedRecord(
                part.file(), number, text.stripTrailing(), String.valueOf(why.getMessage())));
      }
      number += breaks(buffer, begin, next);
    }
    return bad;
  }

  /** The number of the line at the position, for which the file is read up to there if need be. */
  private long line() throws IOException {
    if (line == 0) {
      line = 1;
      try (InputStream before = FileBytes.open(part.file(), format.compression(), 0)) {
        byte[] some = new byte[FileBytes.READ_BYTES];
        long left = position;
        while (left > 0) {
          int read = before.read(some, 0, (int) Math.min(some.length, left));
          if (read < 0) {
            break;
          }
          line += breaks(some, 0, read);
          left -= read;
        }
      }
    }
    return line;
  }

  private void consume(int bytes) {
    if (line > 0) {
      line += breaks(buffer, from, from + bytes);
    }
    from += bytes;
    position += bytes;
  }

  private static int breaks(byte[] bytes, int from, int to) {
    int breaks = 0;
    for (int i = from; i < to; i++) {
      breaks += bytes[i] == '\n' ? 1 : 0;
    }
    return breaks;
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
