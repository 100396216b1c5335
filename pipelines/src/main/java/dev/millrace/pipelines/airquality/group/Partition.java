// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import dev.millrace.block.Block;
import dev.millrace.block.BlockBuilder;
import dev.millrace.block.BlockSchema;
import dev.millrace.block.Origin;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Deals the rows of blocks out, so that a shuffle moves a block for each part and not an element
 * for each row. Holds as many rows as it was given.
 *
 * @param <K> by which parts are told apart
 */
public final class Partition<K> {
  private final BlockSchema schema;
  private final Map<K, BlockBuilder> builders = new LinkedHashMap<>();

  public Partition(BlockSchema schema) {
    this.schema = schema;
  }

  /** Adds a row to a part; it may be added to others as well. */
  public void add(K part, Block block, int row) {
    builders.computeIfAbsent(part, absent -> new BlockBuilder(schema)).appendFrom(block, row);
  }

  /** Gives each part its rows. */
  public void forEach(BiConsumer<K, Block> consumer) {
    builders.forEach((part, builder) -> consumer.accept(part, builder.build(Origin.NONE)));
  }
}
