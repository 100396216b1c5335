// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.block.BlockSchema;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.control.ByteSize;
import dev.millrace.file.FileContents;
import dev.millrace.observe.Memory;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of some files by their keys, as this JVM holds them: read when somebody looks up first,
 * and again when the files have changed, by one thread for which all others wait. While they are
 * read again they are held twice. Safe for use by several threads.
 */
final class FileTable {

  /** Between two looks at whether the files have changed. */
  static final Duration CHECK = Duration.ofSeconds(10);

  /** Files that change while they are read are read so often. */
  private static final int ATTEMPTS = 3;

  /** What an entry takes besides the bytes of key and value, about. */
  private static final int ENTRY = 128;

  private final FileContents contents;
  private final KeyScope scope;
  private final KeyForm form;
  private final int[] keyColumns;
  private final int[] valueColumns;
  private final long most;
  private final LongSupplier clock;
  private final Memory.Holding holding;
  private @Nullable Map<CacheKey, byte[]> rows;
  private String fingerprint = "";
  private long checked;
  private long bytes;

  /**
   * Rows that nobody has read yet.
   *
   * @param scope of the keys
   * @param form of their parts
   * @param most bytes that may be held
   * @param clock a monotonic one, in nanoseconds
   */
  FileTable(
      String lookup,
      FileContents contents,
      KeyScope scope,
      KeyForm form,
      BlockSchema key,
      BlockSchema values,
      long most,
      LongSupplier clock) {
    this.contents = contents;
    this.scope = scope;
    this.form = form;
    this.keyColumns = positions(contents.schema(), key);
    this.valueColumns = positions(contents.schema(), values);
    this.most = most;
    this.clock = clock;
    this.holding = Memory.ofThisJvm().hold("look up " + lookup);
  }

  private static int[] positions(BlockSchema schema, BlockSchema some) {
    return some.names().stream().mapToInt(schema::indexOf).toArray();
  }

  List<CacheKey> keys(Block block, int[] columns, int[] rows) {
    return scope.keys(block, columns, rows, form);
  }

  /**
   * The rows as they are, or were {@link #CHECK} ago, as {@link RowBytes} by their keys; never to
   * be changed.
   */
  synchronized Map<CacheKey, byte[]> rows() throws IOException {
    Map<CacheKey, byte[]> held = rows;
    long now = clock.getAsLong();
    if (held != null && now - checked < CHECK.toNanos()) {
      return held;
    }
    String is = contents.fingerprint();
    if (held == null || !is.equals(fingerprint)) {
      held = readWhole(is);
      rows = held;
      holding.set(bytes);
    }
    checked = now;
    return held;
  }

  private Map<CacheKey, byte[]> readWhole(String before) throws IOException {
    String was = before;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Map<CacheKey, byte[]> read = read();
      String is = contents.fingerprint();
      if (is.equals(was)) {
        fingerprint = is;
        return read;
      }
      was = is;
    }
    throw new IOException(
        "Cannot look up in %s: it changed each of the %d times that it was read"
            .formatted(contents.name(), ATTEMPTS));
  }

  private Map<CacheKey, byte[]> read() throws IOException {
    Map<CacheKey, byte[]> read = new HashMap<>();
    bytes = 0;
    contents.read(block -> add(block, read));
    return read;
  }

  private void add(Block block, Map<CacheKey, byte[]> read) throws IOException {
    int[] known = IntStream.range(0, block.rows()).filter(row -> !hasNull(block, row)).toArray();
    int at = 0;
    for (CacheKey key : keys(block, keyColumns, known)) {
      int row = known[at++];
      byte[] value = RowBytes.encode(block, valueColumns, row);
      if (read.put(key, value) != null) {
        throw new IOException(
            "Cannot look up in %s: there are several rows of %s; a key must be of one row"
                .formatted(contents.name(), text(block, row)));
      }
      bytes += ENTRY + key.bytes().length + value.length;
    }
    if (bytes > most) {
      throw new IOException(
          "Cannot look up in %s: its rows take more than %s, an eighth of the heap; give the JVM more,"
                  .formatted(contents.name(), ByteSize.ofBytes(most))
              + " or look up in a table");
    }
  }

  private boolean hasNull(Block block, int row) {
    return Arrays.stream(keyColumns).anyMatch(column -> block.column(column).isNull(row));
  }

  private String text(Block block, int row) {
    StringBuilder text = new StringBuilder();
    for (int part = 0; part < keyColumns.length; part++) {
      BlockColumn column = block.column(keyColumns[part]);
      text.append(part == 0 ? "" : ", ")
          .append(block.schema().column(keyColumns[part]).name())
          .append(" = ")
          .append(form.text(part, column, row));
    }
    return text.toString();
  }

  void close() {
    holding.close();
  }
}
