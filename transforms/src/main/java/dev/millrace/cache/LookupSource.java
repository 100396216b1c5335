// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.cache.tier.CacheKey;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What values are looked up in. Immutable; each JVM opens it once. */
interface LookupSource extends Serializable {

  /** For people, as in {@code public.station}. */
  String name();

  /** The key's columns, in order. */
  List<String> key();

  /** What is found for a key: rows of these columns, one unless it keeps a history. */
  BlockSchema values();

  /**
   * Checks that a column of the pipeline can be looked for in a column of the key.
   *
   * @throws IllegalArgumentException when it cannot
   */
  void require(int part, String column, BlockType type);

  Opened open();

  /** A source that can be asked. Safe for use by several threads. */
  interface Opened extends AutoCloseable {

    /**
     * The keys of some rows, none of whose parts is NULL; equal for those that the source has
     * equal, and to no key of another source.
     *
     * @param columns the positions of the key's columns in the block
     */
    List<CacheKey> keys(Block block, int[] columns, int[] rows) throws Exception;

    /**
     * Asks for the keys of some rows.
     *
     * @param columns the positions of the key's columns in the block
     * @return of each row, in order, what was found, as {@link RowBytes}; null where nothing was
     */
    byte[] @Nullable [] load(Block block, int[] columns, int[] rows) throws Exception;

    @Override
    void close();
  }
}
