// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.csv;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one CSV file, one at a time: fields as text, or a reject.
 *
 * <p>Memory: one line, at most {@link #MAX_LINE_BYTES}. A line is a record, whatever its quotes
 * say. Rejected are lines that are empty, too long, with a NUL byte, not UTF-8, wrongly quoted or
 * with another number of fields than the header. Not thread-safe.
 *
 * <p>A general CSV parser (FastCSV was tried) reads records across line ends, takes a quote that is
 * still open at the end for closed, and cannot go on after a record that is too long; here each of
 * these is a reject, and the next line is read.
 */
public final class CsvReader implements AutoCloseable {
  /** The longest line that is read, in bytes without its line end. */
  public static final int MAX_LINE_BYTES = 1 << 20;

  /** The longest payload of a reject, in characters. */
  public static final int MAX_PAYLOAD_CHARS = 1_000;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final CsvFile file;
  private final InputStream stream;
  private final LineReader lines;
  private final int[] positions;
  private long line;

  private CsvReader(CsvFile file, InputStream stream, List<String> columns) throws IOException {
    this.file = file;
    this.stream = stream;
    this.lines = new LineReader(stream, MAX_LINE_BYTES);
    this.positions = positions(header(), columns);
  }

  static CsvReader open(CsvFile file, List<String> columns) {
    InputStream stream = null;
    try {
      stream = file.stream();
      return new CsvReader(file, stream, columns);
    } catch (IOException e) {
      throw closed(stream, file.unreadable(e, 0));
    } catch (CsvException e) {
      throw closed(stream, e);
    }
  }

  /**
   * The next line, null at the end.
   *
   * @throws CsvException if the file cannot be read further
   */
  public @Nullable CsvLine next() {
    if (!advance()) {
      return null;
    }
    byte[] bytes = lines.bytes();
    int length = lines.length();
    if (length == 0) {
      return rejected("is empty");
    }
    if (lines.overlong()) {
      return rejected("is longer than " + MAX_LINE_BYTES + " bytes");
    }
    int nul = Bytes.indexOfNul(bytes, length);
    if (nul >= 0) {
      return rejected("has a NUL at byte " + (nul + 1));
    }
    int malformed = Bytes.indexOfMalformed(bytes, length);
    if (malformed >= 0) {
      return rejected("is not UTF-8 at byte " + (malformed + 1));
    }
    try {
      List<String> fields = Fields.split(bytes, length, positions.length);
      if (fields.size() != positions.length) {
        return rejected("has " + fields.size() + " fields (must be " + positions.length + ")");
      }
      return new CsvLine.Read(line, ordered(fields));
    } catch (Fields.Malformed e) {
      return rejected(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Passes over lines without looking at them.
   *
   * @return how many there were, at most {@code count}
   * @throws CsvException if the file cannot be read further
   */
  public long skip(long count) {
    long skipped = 0;
    while (skipped < count && advance()) {
      skipped++;
    }
    return skipped;
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      throw file.unreadable(e, line);
    }
  }

  private boolean advance() {
    try {
      if (!lines.next()) {
        return false;
      }
    } catch (IOException e) {
      throw file.unreadable(e, line);
    }
    line++;
    return true;
  }

  private List<String> header() throws IOException {
    if (!lines.next()) {
      throw new CsvException("Cannot read " + file.name() + ": it is empty");
    }
    line = 1;
    byte[] bytes = lines.bytes();
    int length = lines.length();
    if (Arrays.mismatch(bytes, 0, length, BYTE_ORDER_MARK, 0, 3) == 3) {
      length -= 3;
      bytes = Arrays.copyOfRange(bytes, 3, 3 + length);
    }
    try {
      return Fields.split(bytes, length, 32);
    } catch (Fields.Malformed e) {
      throw new CsvException("Cannot read " + file.name() + ": its header " + e.getMessage());
    }
  }

  private int[] positions(List<String> header, List<String> columns) {
    for (String name : header) {
      if (!columns.contains(name)) {
        throw new CsvException(
            "Cannot read " + file.name() + ": its header has the unknown column " + quoted(name));
      }
      if (header.indexOf(name) != header.lastIndexOf(name)) {
        throw new CsvException(
            "Cannot read " + file.name() + ": its header has the column " + name + " twice");
      }
    }
    int[] found = new int[columns.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = header.indexOf(columns.get(i));
      if (found[i] < 0) {
        throw new CsvException(
            "Cannot read " + file.name() + ": its header lacks the column " + columns.get(i));
      }
    }
    return found;
  }

  private static String quoted(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return '"' + Bytes.printable(bytes, bytes.length, 60) + '"';
  }

  private List<String> ordered(List<String> fields) {
    List<String> ordered = new ArrayList<>(positions.length);
    for (int position : positions) {
      ordered.add(fields.get(position));
    }
    return ordered;
  }

  private CsvLine.Rejected rejected(String reason) {
    String payload = Bytes.printable(lines.bytes(), lines.length(), MAX_PAYLOAD_CHARS);
    return new CsvLine.Rejected(line, reason, payload);
  }

  private static CsvException closed(@Nullable InputStream stream, CsvException e) {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
    }
    return e;
  }
}
