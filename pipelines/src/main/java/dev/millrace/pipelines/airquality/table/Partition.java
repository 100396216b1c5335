// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.table;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Origin;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Deals the rows of blocks out to keys, so that a shuffle moves a block for each key and not an
 * element for each row. Holds as many rows as it was given.
 */
public final class Partition {
  private final BlockSchema schema;
  private final Map<String, BlockBuilder> builders = new LinkedHashMap<>();

  public Partition(BlockSchema schema) {
    this.schema = schema;
  }

  /** Adds a row to a key; it may be added to others as well. */
  public void add(String key, Block block, int row) {
    builders.computeIfAbsent(key, absent -> new BlockBuilder(schema)).appendFrom(block, row);
  }

  /** Gives each key its rows. */
  public void forEach(BiConsumer<String, Block> consumer) {
    builders.forEach((key, builder) -> consumer.accept(key, builder.build(Origin.NONE)));
  }
}
