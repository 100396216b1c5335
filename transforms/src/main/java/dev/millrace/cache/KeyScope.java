// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import com.google.common.hash.Hashing;
import com.google.common.primitives.Bytes;
import dev.millrace.block.Block;
import dev.millrace.block.BlockColumn;
import dev.millrace.cache.tier.CacheKey;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What all keys of a cache begin with: a hash of all that decides which value a key has, so that
 * what others keep under the same name, as another version or of another table, is never taken for
 * it. Immutable and safe to share between threads.
 */
final class KeyScope implements Serializable {

  /** So many that nobody finds two of one hash. */
  private static final int BYTES = 16;

  private final byte[] hash;

  private KeyScope(byte[] hash) {
    this.hash = hash;
  }

  static KeyScope of(String identity) {
    byte[] whole = Hashing.sha256().hashString(identity, StandardCharsets.UTF_8).asBytes();
    return new KeyScope(Arrays.copyOf(whole, BYTES));
  }

  /** What keys begin with while something has a value. */
  KeyScope with(String value) {
    byte[] bytes = Bytes.concat(hash, value.getBytes(StandardCharsets.UTF_8));
    return new KeyScope(Arrays.copyOf(Hashing.sha256().hashBytes(bytes).asBytes(), BYTES));
  }

  CacheKey key(byte[] bytes) {
    return CacheKey.of(Bytes.concat(hash, bytes));
  }

  /** Appends a part of a key, in a form that no other part begins with. */
  @FunctionalInterface
  interface Part {
    void write(int part, BlockColumn column, int row, ByteArrayOutputStream key);
  }

  /**
   * The keys of some rows.
   *
   * @param columns the positions of the key's columns in the block
   */
  List<CacheKey> keys(Block block, int[] columns, int[] rows, Part form) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<CacheKey> keys = new ArrayList<>(rows.length);
    for (int row : rows) {
      bytes.reset();
      bytes.writeBytes(hash);
      for (int part = 0; part < columns.length; part++) {
        form.write(part, block.column(columns[part]), row, bytes);
      }
      keys.add(CacheKey.of(bytes.toByteArray()));
    }
    return keys;
  }
}
