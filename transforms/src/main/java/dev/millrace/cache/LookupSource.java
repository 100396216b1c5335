// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache;

import dev.millrace.block.Block;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.BlockType;
import dev.millrace.cache.tier.CacheKey;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

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

  /**
   * The key of a row, none of whose parts is NULL; equal for those that the source has equal, and
   * to no key of another source.
   */
  CacheKey keyOf(Block block, int[] columns, int row);

  Opened open();

  /** A source that can be asked. Safe for use by several threads. */
  interface Opened extends AutoCloseable {

    /**
     * Asks for the keys of some rows.
     *
     * @param columns the positions of the key's columns in the block
     * @param rows of different keys
     * @return of each key that was found its rows, as {@link RowBytes}
     */
    Map<CacheKey, byte[]> load(Block block, int[] columns, int[] rows) throws Exception;

    @Override
    void close();
  }
}
