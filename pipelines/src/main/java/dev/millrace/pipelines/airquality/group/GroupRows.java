// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Deals rows out and brings those of each key together in one block; see {@link GroupDealt}.
 *
 * <p>Bounded. Memory: a block, and then a shard's rows twice.
 */
public final class GroupRows
    extends PTransform<PCollection<Block>, PCollection<KV<String, Block>>> {
  private final Shards shards;
  private final Keys keys;

  /**
   * @param shards to shuffle
   * @param keys of each row; one without is left out
   */
  public GroupRows(Shards shards, Keys keys) {
    this.shards = shards;
    this.keys = keys;
  }

  @Override
  public PCollection<KV<String, Block>> expand(PCollection<Block> blocks) {
    BlockSchema schema = BlockCoder.schemaOf(blocks);
    return blocks
        .apply("Deal", ParDo.of(new DealFn(shards, keys)))
        .setCoder(GroupDealt.dealtCoder(schema))
        .apply("Group", new GroupDealt(schema, shards, keys));
  }

  private static final class DealFn extends DoFn<Block, KV<Integer, Block>> {
    private final Shards shards;
    private final Keys keys;

    DealFn(Shards shards, Keys keys) {
      this.shards = shards;
      this.keys = keys;
    }

    @ProcessElement
    public void process(@Element Block block, OutputReceiver<KV<Integer, Block>> out) {
      Dealer dealer = new Dealer(block.schema(), shards);
      for (int i = 0; i < block.rows(); i++) {
        dealer.add(block, i, keys);
      }
      dealer.flush(out::output);
    }
  }
}
