// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.group;

import dev.millrace.block.Block;
import dev.millrace.block.BlockCoder;
import dev.millrace.block.BlockSchema;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Brings the rows of each key together in one block; the rows are dealt to shards already, by a
 * {@link Dealer}.
 *
 * <p>It is shards that are shuffled and not keys, since a runner may make a bundle of each thing it
 * shuffled, as the direct runner does, and what follows commit a transaction for each bundle.
 *
 * <p>Bounded. Memory: a shard's rows twice.
 */
public final class GroupDealt
    extends PTransform<PCollection<KV<Integer, Block>>, PCollection<KV<String, Block>>> {
  private final BlockSchema schema;
  private final Shards shards;
  private final Keys keys;

  /**
   * @param schema of the rows
   * @param shards that the rows were dealt to
   * @param keys by which they were dealt
   */
  public GroupDealt(BlockSchema schema, Shards shards, Keys keys) {
    this.schema = schema;
    this.shards = shards;
    this.keys = keys;
  }

  /** Of rows that a {@link Dealer} has dealt. */
  public static Coder<KV<Integer, Block>> dealtCoder(BlockSchema schema) {
    return KvCoder.of(VarIntCoder.of(), BlockCoder.of(schema));
  }

  @Override
  public PCollection<KV<String, Block>> expand(PCollection<KV<Integer, Block>> dealt) {
    return dealt
        .apply("Shuffle", GroupByKey.create())
        .apply("By key", ParDo.of(new ByKeyFn(schema, shards, keys)))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), BlockCoder.of(schema)));
  }

  private static final class ByKeyFn extends DoFn<KV<Integer, Iterable<Block>>, KV<String, Block>> {
    private final BlockSchema schema;
    private final Shards shards;
    private final Keys keys;

    ByKeyFn(BlockSchema schema, Shards shards, Keys keys) {
      this.schema = schema;
      this.shards = shards;
      this.keys = keys;
    }

    @ProcessElement
    public void process(
        @Element KV<Integer, Iterable<Block>> shard, OutputReceiver<KV<String, Block>> out) {
      Partition<String> groups = new Partition<>(schema);
      for (Block block : shard.getValue()) {
        for (int i = 0; i < block.rows(); i++) {
          int row = i;
          keys.of(
              block,
              row,
              key -> {
                // It may be here for one of its keys only.
                if (shards.of(key) == shard.getKey()) {
                  groups.add(key, block, row);
                }
              });
        }
      }
      groups.forEach((key, rows) -> out.output(KV.of(key, rows)));
    }
  }
}
