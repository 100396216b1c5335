// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import dev.millrace.block.Block;
import dev.millrace.block.BlockSchema;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.beam.sdk.values.KV;

/** Deals rows out to the shards of their keys. Not safe for use by several threads. */
public final class Dealer {
  private final Shards shards;
  private final Partition<Integer> parts;
  private final Set<Integer> to = new HashSet<>();

  /**
   * @param schema of the rows
   */
  public Dealer(BlockSchema schema, Shards shards) {
    this.shards = shards;
    this.parts = new Partition<>(schema);
  }

  /** Deals out a row, once to each shard that has one of its keys. */
  public void add(Block block, int row, Keys keys) {
    to.clear();
    keys.of(block, row, key -> to.add(shards.of(key)));
    to.forEach(shard -> parts.add(shard, block, row));
  }

  /** Gives out what was dealt to each shard. */
  public void flush(Consumer<KV<Integer, Block>> out) {
    parts.forEach((shard, rows) -> out.accept(KV.of(shard, rows)));
  }
}
