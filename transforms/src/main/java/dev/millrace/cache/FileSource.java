// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.block.Column;
import dev.millrace.block.Marshalled;
import dev.millrace.cache.tier.CacheKey;
import dev.millrace.dialect.KeyType;
import dev.millrace.file.FileContents;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Files whose rows this JVM (this class loader) holds, once for all who look up in them alike. */
final class FileSource implements LookupSource {

  private static final class Shared {
    private final FileTable table;
    private int shares;

    Shared(FileTable table) {
      this.table = table;
    }
  }

  /** The part of the heap that rows may take: one in so many. */
  private static final int HEAP_PART = 8;

  private static final Map<CacheKey, Shared> OPEN = new HashMap<>();

  private final String lookup;
  private final FileContents contents;
  private final Marshalled<BlockSchema> key;
  private final Marshalled<BlockSchema> values;
  private final KeyScope scope;
  private final KeyForm form;

  /**
   * Files.
   *
   * @param lookup what it is called
   */
  FileSource(String lookup, FileContents contents, BlockSchema key, BlockSchema values) {
    this.lookup = lookup;
    this.contents = contents;
    this.key = Marshalled.of(key);
    this.values = Marshalled.of(values);
    this.scope =
        KeyScope.of(
            String.join("\n", "file", lookup, contents.name(), key.toString(), values.toString()));
    this.form = KeyForm.of(key);
  }

  @Override
  public String name() {
    return contents.name();
  }

  @Override
  public List<String> key() {
    return key.get().names();
  }

  @Override
  public BlockSchema values() {
    return values.get();
  }

  @Override
  public void require(int part, String column, BlockType type) {
    Column wanted = key.get().column(part);
    if (!KeyType.of(type, false).equals(KeyType.of(wanted.type(), false))) {
      throw new IllegalArgumentException(
          "Invalid key column: %s of %s (must be as %s of %s, %s)"
              .formatted(column, type, wanted.name(), name(), wanted.type()));
    }
  }

  @Override
  public Opened open() {
    synchronized (OPEN) {
      Shared shared =
          OPEN.computeIfAbsent(
              id(),
              id ->
                  new Shared(
                      new FileTable(
                          lookup,
                          contents,
                          scope,
                          form,
                          key.get(),
                          values.get(),
                          Runtime.getRuntime().maxMemory() / HEAP_PART,
                          System::nanoTime)));
      shared.shares++;
      return new Share(shared);
    }
  }

  private CacheKey id() {
    return scope.key(new byte[0]);
  }

  private final class Share implements Opened {
    private final Shared shared;

    Share(Shared shared) {
      this.shared = shared;
    }

    @Override
    public List<CacheKey> keys(Block block, int[] columns, int[] rows) {
      return shared.table.keys(block, columns, rows);
    }

    @Override
    public byte[] @Nullable [] load(Block block, int[] columns, int[] rows) throws IOException {
      Map<CacheKey, byte[]> held = shared.table.rows();
      byte[] @Nullable [] found = new byte[rows.length][];
      int at = 0;
      for (CacheKey each : keys(block, columns, rows)) {
        found[at++] = held.get(each);
      }
      return found;
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        if (--shared.shares == 0) {
          OPEN.remove(id());
          shared.table.close();
        }
      }
    }
  }
}
